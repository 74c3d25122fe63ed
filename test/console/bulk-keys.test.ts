/** Many keys at once: each on its own, nobody's but one's own, and back again where there is a way back. */
import { describe, expect, it } from "vitest";
import { canUndo, runBulk, undoBulk } from "#components/keys/run-bulk.ts";
import { systemClock } from "#lib/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { signedInAs } from "#test/helpers/session.ts";

/** No two instants are the same: what changed since is told by them. */
let lastMs = 0;
const now = () => {
  lastMs = Math.max(lastMs + 1, Date.now());
  return lastMs;
};
const gateway = await testGateway({ clock: { ...systemClock, now } });
const { sql } = gateway.runtime.deps;
const admin = await signedInAs(gateway, "admin", "ana");
const developer = await signedInAs(gateway, "developer", "dev");
const finance = await signedInAs(gateway, "finance", "fin");

let made = 0;
const newKey = async (fields: Record<string, unknown> = {}) => {
  made += 1;
  const body = { key_alias: `bulk-${made}`, ...fields };
  const { json } = await gateway.call("POST", "/key/generate", { body });
  return { id: String(json.key_id), secret: String(json.key), name: `bulk-${made}` };
};
const calls = async (secret: string) =>
  (
    await gateway.call("POST", "/v1/chat/completions", {
      key: secret,
      body: { model: "gpt-4", messages: [{ role: "user", content: "Hello" }] },
    })
  ).status;
/** The console's own client over the gateway in process. */
const api: Parameters<typeof runBulk>[0] = async (method, path, body) => {
  const { status, json } = await admin.call(method, path, body);
  if (status === 200) return { ok: true, data: json };
  const { message, param } = json.error;
  return { ok: false, status, message, param, requestId: null, signedOut: false, more: json.error };
};
const run = (ids: readonly string[], act: Record<string, unknown>) => runBulk(api, ids, act, () => {});

describe("acts on many keys", () => {
  it("disable them at the next call, and undo lets in exactly those that were let in before", async () => {
    const [one, two, off] = [await newKey(), await newKey(), await newKey()];
    await gateway.call("POST", "/key/block", { body: { key: off.id } });
    const { results } = await run([one.id, two.id, off.id], { kind: "disable" });
    expect(results.map(({ name, ok, message }) => [name, ok, message])).toEqual([
      [one.name, true, null],
      [two.name, true, null],
      [off.name, true, "Was disabled already."],
    ]);
    expect([await calls(one.secret), await calls(off.secret)]).toEqual([401, 401]);
    expect(await undoBulk(api, "disable", results)).toBe(0);
    expect([await calls(one.secret), await calls(two.secret), await calls(off.secret)]).toEqual([
      200, 200, 401,
    ]);
  });

  it("set a budget, and undo brings each its own back", async () => {
    const [rich, none] = [await newKey({ max_budget: 12.5, budget_duration: "7d" }), await newKey()];
    const { results } = await run([rich.id, none.id], {
      kind: "budget",
      max_budget: "50",
      budget_duration: "30d",
    });
    const budgets = async () => {
      const rows = await sql<{ usd: string | null; span: string | null }[]>`
        select max_budget_nano_usd::text as usd, budget_duration as span from virtual_keys
        where id = any(${[rich.id, none.id]}) order by id`;
      return rows.map(({ usd, span }) => [usd, span]);
    };
    expect(await budgets()).toEqual([
      ["50000000000", "30d"],
      ["50000000000", "30d"],
    ]);
    expect(await undoBulk(api, "budget", results)).toBe(0);
    expect(await budgets()).toEqual([
      ["12500000000", "7d"],
      [null, null],
    ]);
  });

  it("move to a team, add a tag and extend, each only where there is something to do", async () => {
    const { json: team } = await gateway.call("POST", "/team/new", { body: { team_alias: "New home" } });
    const [ending, endless] = [await newKey({ duration: "1d", tags: ["old"] }), await newKey()];
    const ids = [ending.id, endless.id];
    const moved = await run(ids, { kind: "team", team_id: team.team_id });
    const tagged = await run(ids, { kind: "tag", tag: "old" });
    const extended = await run(ids, { kind: "extend", duration: "30d" });
    expect(tagged.results.map((one) => one.message)).toEqual(["Has this tag already.", null]);
    expect(extended.results.map((one) => one.message)).toEqual([null, "Does not expire; left as it is."]);
    const rows = await sql<{ team_id: string; tags: string[]; days: number | null }[]>`
      select team_id, tags, extract(day from expires_at - now())::int as days from virtual_keys
      where id = any(${ids}) order by id`;
    expect(rows.map(({ team_id, tags, days }) => [team_id, tags, days])).toEqual([
      [team.team_id, ["old"], 29],
      [team.team_id, ["old"], null],
    ]);
    expect(canUndo(extended.results)).toBe(false);
    expect(await undoBulk(api, "tag", tagged.results)).toBe(0);
    expect(await undoBulk(api, "team", moved.results)).toBe(0);
    const [after] = await sql`select team_id, tags from virtual_keys where id = ${endless.id}`;
    expect(after).toEqual({ team_id: null, tags: [] });
  });

  it("revoke for good, say which key was not there, and write an event for each", async () => {
    const keys = [await newKey(), await newKey()];
    const ids = [...keys.map((key) => key.id), "key_unknown"];
    const { results } = await run(ids, { kind: "revoke" });
    expect(results.map(({ ok, undo }) => [ok, undo])).toEqual([
      [true, null],
      [true, null],
      [false, null],
    ]);
    expect(await calls(keys[0]?.secret ?? "")).toBe(401);
    const [row] = await sql<{ count: bigint }[]>`
      select count(*) from audit_events where action = 'key.delete' and actor_kind = 'user' and target_id = any(${ids})`;
    expect(Number(row?.count)).toBe(2);
  });

  it("refuse an act that cannot be as a whole, before any key", async () => {
    const { id } = await newKey();
    expect(await run([id], { kind: "team", team_id: "nowhere" })).toMatchObject({
      results: [],
      refused: { param: "team_id" },
    });
    for (const act of [{ kind: "explode" }, { kind: "extend" }, { kind: "extend", duration: "soon" }])
      expect((await run([id], act)).refused).not.toBeNull();
  });

  it("do nothing to anybody else's keys, and do not tell their names", async () => {
    const foreign = await newKey({ key_alias: "private-name", user_id: "ana" });
    const body = { keys: [foreign.id], act: { kind: "revoke" } };
    const { json, text } = await developer.call("POST", "/console/keys/bulk", body);
    expect(json.results).toMatchObject([{ ok: false, key: foreign.id }]);
    expect(text).not.toContain("private-name");
    expect(await calls(foreign.secret)).toBe(200);
    expect((await finance.call("POST", "/console/keys/bulk", body)).status).toBe(403);
    expect((await gateway.call("POST", "/console/keys/bulk", { body })).status).toBe(403);
  });

  it("find what the filter finds, a developer's own alone", async () => {
    const own = await newKey({ key_alias: "filtered-own", user_id: "dev" });
    const other = await newKey({ key_alias: "filtered-other" });
    const asked = { q: "filtered", status: null, team: null };
    const ids = async (who: typeof admin) =>
      (await who.call("POST", "/console/keys/matching", asked)).json.ids;
    expect(await ids(developer)).toEqual([own.id]);
    expect(new Set(await ids(admin))).toEqual(new Set([own.id, other.id]));
  });
});

describe("two people with one key open", () => {
  it("the second is told who changed what since, and decides", async () => {
    const { id } = await newKey({ rpm_limit: 60, max_budget: 10, key_alias: "shared" });
    const seen = async () =>
      (
        await sql<{ at: Date }[]>`select updated_at as at from virtual_keys where id = ${id}`
      )[0]?.at.toISOString();
    const opened = await seen();
    await admin.call("POST", "/key/update", { key: id, rpm_limit: 90, if_updated_at: opened });
    await admin.call("POST", "/key/block", { key: id });
    const mine = { key: id, max_budget: 20, if_updated_at: opened };
    const { json, status } = await admin.call("POST", "/key/update", mine);
    expect(status).toBe(409);
    expect(json.error).toMatchObject({
      param: "if_updated_at",
      changed_by: "ana",
      updated_at: await seen(),
    });
    expect(json.error.message).toContain("rpm_limit");
    expect(new Set(json.error.changed.map((one: { field: string }) => one.field))).toEqual(
      new Set(["rpm_limit", "blocked"]),
    );
    expect(json.error.changed).toContainEqual({ field: "rpm_limit", before: "60", after: "90" });
    const again = await admin.call("POST", "/key/update", { ...mine, if_updated_at: json.error.updated_at });
    expect(again.status).toBe(200);
    const [row] =
      await sql`select rpm_limit, max_budget_nano_usd as budget from virtual_keys where id = ${id}`;
    expect(row).toEqual({ rpm_limit: 90n, budget: 20_000_000_000n });
  });

  it("what nobody asks to be checked is changed as before", async () => {
    const { id } = await newKey();
    expect((await admin.call("POST", "/key/update", { key: id, rpm_limit: 5 })).status).toBe(200);
  });
});

describe("saved views", () => {
  it("are one's own: kept under a name, replaced by the same name, removed", async () => {
    const save = (who: typeof admin, name: string, query: string) =>
      who.call("POST", "/console/views/save", { page: "keys", name, query });
    const names = async (who: typeof admin) =>
      (await who.call("GET", "/console/views?page=keys")).json.views.map(
        (view: { name: string; query: string }) => `${view.name}: ${view.query}`,
      );
    await save(admin, "Expiring", "status=expiring");
    await save(admin, "Expiring", "status=expiring&team=x");
    await save(developer, "Mine", "q=app");
    expect([await names(admin), await names(developer)]).toEqual([
      ["Expiring: status=expiring&team=x"],
      ["Mine: q=app"],
    ]);
    const { json } = await developer.call("GET", "/console/views?page=keys");
    const { id } = json.views[0];
    expect((await admin.call("POST", "/console/views/remove", { id })).status).toBe(404);
    expect((await developer.call("POST", "/console/views/remove", { id })).status).toBe(200);
    expect(await names(developer)).toEqual([]);
    for (const query of ["a b", "x#y", "?z"]) expect((await save(admin, "Odd", query)).status).toBe(400);
  });
});
