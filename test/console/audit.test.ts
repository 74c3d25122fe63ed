/** The audit page's figures: what an event is shown to have changed, that no secret leaves by it, and that paging loses nothing. */
import { describe, expect, it } from "vitest";
import { changesOf } from "#components/audit/changes.ts";
import { newestAudit } from "#db/queries/console-audit.ts";
import { readAudit, readChoices } from "#lib/audit/read.ts";
import { shownValues } from "#lib/audit/shown.ts";
import { csvLine } from "#lib/csv.ts";
import { testGateway } from "#test/helpers/gateway.ts";

describe("what an event changed", () => {
  it("is told value by value, what stayed last", () => {
    const before = {
      alias: "app",
      rpmLimit: 60,
      models: ["a", "b"],
      maxBudgetNanoUsd: "5000000000",
      updatedAt: "1",
    };
    const after = {
      alias: "app",
      rpmLimit: null,
      models: ["b", "c"],
      maxBudgetNanoUsd: "7500000000",
      updatedAt: "2",
    };
    expect(changesOf(before, after)).toEqual([
      { name: "rpm limit", kind: "removed", before: "60", after: null, list: null },
      {
        name: "models",
        kind: "changed",
        before: "a, b",
        after: "b, c",
        list: { added: ["c"], removed: ["a"] },
      },
      { name: "max budget", kind: "changed", before: "$5", after: "$7.5", list: null },
      { name: "alias", kind: "same", before: "app", after: "app", list: null },
    ]);
  });

  it("goes into nested values, so that one limit of one model is one line", () => {
    const before = { limits: { models: { "gpt-4": { rpm: 5 }, other: { rpm: 1 } } } };
    const after = { limits: { models: { "gpt-4": { rpm: 9 }, other: { rpm: 1 } } } };
    const [first] = changesOf(before, after);
    expect(first).toMatchObject({ name: "limits › models › gpt-4 › rpm", before: "5", after: "9" });
  });

  it("of a creation is all that was set, of a deletion all that was there", () => {
    expect(
      changesOf(null, { alias: "x", tags: [], blocked: false }).map(({ name, kind }) => [name, kind]),
    ).toEqual([
      ["alias", "set"],
      ["blocked", "set"],
    ]);
    expect(changesOf({ alias: "x" }, null)).toMatchObject([{ kind: "removed", before: "x", after: null }]);
  });
});

describe("values as people may see them", () => {
  it("lack whatever is called a secret, however deep, and keep what only sounds like one", () => {
    const values = {
      alias: "x",
      secretHash: "aa",
      secretLast4: "9f3c",
      previousSecretExpiresAt: "2026-11-23T00:00:00Z",
      tpmLimit: 5,
      params: { api_key: "sk-1", nested: [{ password: "p", api_base: "https://x" }] },
      api_key_sent: true,
    };
    const text = JSON.stringify(shownValues(values));
    for (const secret of ['"aa"', "sk-1", '"p"']) expect(text).not.toContain(secret);
    for (const kept of ["9f3c", "2026-11-23", "https://x", '"tpmLimit":5', '"api_key_sent":true'])
      expect(text).toContain(kept);
    expect(shownValues(null)).toBeNull();
  });
});

describe("a line of CSV", () => {
  it.each([
    ["=HYPERLINK(1)", "'=HYPERLINK(1)\r\n"],
    ["+1", "'+1\r\n"],
    ["-1", "'-1\r\n"],
    ["@x", "'@x\r\n"],
    ["\tx", "'\tx\r\n"],
    ["\nx", '"\'\nx"\r\n'],
    ['a "b", c', '"a ""b"", c"\r\n'],
    ["a=b", "a=b\r\n"],
  ])("keeps %j from being a formula", (value, line) => {
    expect(csvLine([value])).toBe(line);
  });

  it("writes numbers, times and nothing as they are", () => {
    expect(csvLine([-5, 7n, null, new Date(0), true])).toBe("-5,7,,1970-01-01T00:00:00.000Z,true\r\n");
  });
});

describe("the list of events", async () => {
  const gateway = await testGateway();
  const { deps } = gateway.runtime;
  const { sql } = deps;
  const team = await gateway.call("POST", "/team/new", { body: { team_alias: "search" } });
  for (let i = 0; i < 7; i++) await gateway.newKey({ key_alias: `app-${i}` });
  await gateway.call("POST", "/key/delete", { body: { key_aliases: ["app-3"] } });

  it("is paged both ways without a gap or a repetition", async () => {
    const all = (await readAudit(deps, {}, null, 100)).map(({ seq }) => seq);
    expect(all.length).toBeGreaterThanOrEqual(9);
    const down: bigint[] = [];
    for (let page = await readAudit(deps, {}, null, 3); page.length > 0; ) {
      down.push(...page.map(({ seq }) => seq));
      page = await readAudit(deps, {}, { older: down.at(-1) ?? 0n }, 3);
    }
    expect(down).toEqual(all);
    const up = await readAudit(deps, {}, { newer: all[4] ?? 0n }, 3);
    expect(up.map(({ seq }) => seq)).toEqual(all.slice(1, 4));
  });

  it("is filtered by action, object, actor, text, time and a highest number", async () => {
    const names = async (filter: Parameters<typeof readAudit>[1]) =>
      (await readAudit(deps, filter, null, 100)).map((row) => `${row.action} ${row.target_name}`);
    expect(await names({ action: "key.delete" })).toEqual(["key.delete app-3"]);
    expect(await names({ text: "APP-5" })).toEqual(["key.create app-5"]);
    expect(await names({ targetKind: "team", targetId: String(team.json.team_id) })).toEqual([
      "team.create search",
    ]);
    expect(await names({ text: "app_5" })).toEqual([]);
    expect(await names({ actor: { kind: "master_key", id: "nobody" } })).toEqual([]);
    expect(await names({ fromMs: Date.now() + 60_000 })).toEqual([]);
    expect(await names({ outcome: "denied" })).toEqual([]);
    const newest = await newestAudit(sql);
    expect((await readAudit(deps, { upTo: newest - 1n }, null, 1))[0]?.seq).toBe(newest - 1n);
  });

  it("offers the actions, objects and actors that there are", async () => {
    const { actions, actors, targets } = await readChoices(deps, 1000);
    expect(actions).toEqual(["key.create", "key.delete", "team.create"]);
    expect(targets).toEqual(["key", "team"]);
    expect(actors.map(({ kind }) => kind)).toEqual(["master_key"]);
  });
});
