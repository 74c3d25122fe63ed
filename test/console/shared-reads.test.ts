/** Twenty people who look at the same cost one look, and nobody sees what is another's. */
import { describe, expect, test } from "vitest";
import type { Sql } from "#db/client.ts";
import {
  bucketsToNow,
  daysToNow,
  latestDenials,
  modelsToNow,
  outcomesToNow,
  spentToNow,
} from "#lib/console/figures-to-now.ts";
import { liveLimitsAnswer } from "#lib/console/live-answers.ts";
import { liveLimitsText } from "#lib/console/live-limits.ts";
import { newestCall } from "#lib/console/newest-call.ts";
import type { ConsoleSession } from "#lib/console/session.ts";
import { SharedReads } from "#lib/shared-reads.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WATCHERS = 20;
/** Where figures are read from. */
const FIGURES = /from \(|from spend_|from virtual_keys/;

describe("a read that is shared", () => {
  const source = {};
  const counted = () => {
    let times = 0;
    return { ask: async () => ++times, times: () => times };
  };

  test("is made once for all who ask while it runs and until it is old", async () => {
    const reads = new SharedReads<number>(1_000);
    const { ask, times } = counted();
    const all = await Promise.all(
      Array.from({ length: WATCHERS }, (_, watcher) => reads.read(source, "a", watcher * 40, ask)),
    );
    expect([new Set(all), times()]).toEqual([new Set([1]), 1]);
    expect(await reads.read(source, "a", 999, ask)).toBe(1);
    expect(await reads.read(source, "a", 1_000, ask)).toBe(2);
    // The clock was set back: nobody knows how old the answer is.
    expect(await reads.read(source, "a", 0, ask)).toBe(3);
  });

  test("is not shared between questions, nor between sources", async () => {
    const reads = new SharedReads<number>(1_000);
    const { ask } = counted();
    const all = [
      reads.read(source, "a", 0, ask),
      reads.read(source, "b", 0, ask),
      reads.read({}, "a", 0, ask),
    ];
    expect(await Promise.all(all)).toEqual([1, 2, 3]);
  });

  test("is asked again after a fault, and when its answer is not one to keep", async () => {
    const reads = new SharedReads<number>(1_000, (answer) => answer > 2);
    await expect(reads.read(source, "a", 0, () => Promise.reject(new Error("away")))).rejects.toThrow("away");
    const { ask, times } = counted();
    for (let time = 0; time < 5; time++) await reads.read(source, "a", 0, ask);
    expect(times()).toBe(3);
  });

  test("forgets what is old before it holds more than it may", async () => {
    const reads = new SharedReads<number>(1_000);
    const { ask, times } = counted();
    for (let name = 0; name < 2_000; name++) await reads.read(source, String(name), name, ask);
    await reads.read(source, "1999", 2_000, ask);
    expect(times()).toBe(2_000);
    await reads.read(source, "0", 2_000, ask);
    expect(times()).toBe(2_001);
  });
});

/** A gateway of two people with a key each, at half past twelve, that counts the statements, and parts of some, which read figures. */
async function open() {
  const clock = manualClock(Math.floor(Date.now() / DAY_MS) * DAY_MS + 12.5 * HOUR_MS);
  const { call, newKey, runtime } = await testGateway({ clock });
  const { deps } = runtime;
  let statements = 0;
  const sql: Sql = new Proxy(deps.sql, {
    apply: (target, self, given) => {
      const [text] = given;
      if (Array.isArray(text) && /^\s*select\b/.test(String(text[0])) && FIGURES.test(text.join("")))
        statements += 1;
      return Reflect.apply(target, self, given);
    },
  });
  const mine = await newKey({ key_alias: "of-ines", user_id: "ines", rpm_limit: 50 });
  const theirs = await newKey({ key_alias: "of-tom", user_id: "tom", rpm_limit: 50 });
  const say = async (key: string, model = "gpt-3.5-turbo") => {
    // Ids of one moment have no order.
    clock.advance(5);
    const body = { model, messages: [{ role: "user", content: "Hello" }] };
    expect((await call("POST", "/v1/chat/completions", { key, body })).status).toBe(200);
    await deps.ledger.flush();
  };
  /** Statements of the first look, and of twenty more within a second. */
  const costs = async (look: () => Promise<unknown>) => {
    const count = async (times: number) => {
      statements = 0;
      await Promise.all(Array.from({ length: times }, look));
      return statements;
    };
    return { first: await count(1), more: await count(WATCHERS) };
  };
  await say(mine);
  await say(theirs, "gpt-4");
  return { call, clock, costs, deps: { ...deps, sql }, mine, newKey, say, sql, theirs };
}

describe("pages that are open", () => {
  test("limits: twenty watchers cost nothing beside the first, and each sees their own alone", async () => {
    const { clock, costs, deps } = await open();
    const look = (userId: string | null) => liveLimitsText(deps, userId, true, clock.now());
    const { first, more } = await costs(() => look("ines"));
    expect(first).toBeGreaterThan(0);
    expect(more).toBe(0);
    const names = async (userId: string | null): Promise<string[]> =>
      JSON.parse(await look(userId))
        .rows.map((row: { name: string }) => row.name)
        .sort();
    expect(await Promise.all([names("ines"), names("tom"), names(null), names("null")])).toEqual([
      ["of-ines"],
      ["of-tom"],
      ["of-ines", "of-tom"],
      [],
    ]);
  });

  test("limits are answered by role: nobody, a role without the page, a developer, an admin", async () => {
    const { deps } = await open();
    const ask = async (role: ConsoleSession["role"] | null, userId = "tom") => {
      const session: ConsoleSession | null = role && {
        id: "ses_1",
        userId,
        email: "",
        name: "",
        role,
        userRole: role,
        hasTotp: false,
        hasPassword: true,
        csrf: "",
      };
      const { body, status } = await liveLimitsAnswer(deps, session, new URLSearchParams("show=all"));
      return [status, ["of-ines", "of-tom"].filter((name) => body.includes(name))];
    };
    // One after the other and from the same kept answers.
    expect(await ask("admin", "root")).toEqual([200, ["of-ines", "of-tom"]]);
    expect(await ask("developer")).toEqual([200, ["of-tom"]]);
    expect(await ask("developer", "ines")).toEqual([200, ["of-ines"]]);
    expect(await ask("developer", "nobody")).toEqual([200, []]);
    expect(await ask("finance")).toEqual([403, []]);
    expect(await ask(null)).toEqual([401, []]);
  });

  test("the live tail: one question a second for each filter and person, and a new call shows within that", async () => {
    const { clock, costs, mine, say, sql } = await open();
    const newest = (userId: string | null) =>
      newestCall(
        sql,
        { fromMs: clock.now() - DAY_MS, toMs: null, ...(userId === null ? {} : { userId }) },
        clock.now(),
      );
    const { first, more } = await costs(() => newest("ines"));
    expect(first).toBeGreaterThan(0);
    expect(more).toBe(0);
    const [ofInes, ofTom, ofAll] = [await newest("ines"), await newest("tom"), await newest(null)];
    expect(ofTom).toBe(ofAll);
    expect(ofInes < ofTom).toBe(true);
    await say(mine);
    clock.advance(1_000);
    expect([(await newest("ines")) > ofAll, await newest("tom")]).toEqual([true, ofTom]);
  });

  test("denials: read anew when another call was denied, and each person's own alone", async () => {
    const { call, clock, costs, deps, newKey, sql } = await open();
    const beDenied = async (key: string) => {
      clock.advance(5);
      const body = { model: "gpt-3.5-turbo", messages: [{ role: "user", content: "Hello" }] };
      expect((await call("POST", "/v1/chat/completions", { key, body })).status).toBe(403);
      await deps.ledger.flush();
    };
    const look = async (userId: string | null) => {
      const nowMs = clock.now();
      const hours = await outcomesToNow(sql, nowMs - DAY_MS, userId, nowMs);
      const denied = hours.reduce((sum, { refusals }) => sum + refusals, 0);
      const asked = { fromMs: nowMs - DAY_MS, most: 6 };
      const calls = await latestDenials(sql, asked, denied, userId, nowMs);
      return calls.map(({ key_alias }) => key_alias);
    };
    const narrow = await newKey({ key_alias: "narrow", user_id: "ada", models: ["gpt-4"] });
    const other = await newKey({ key_alias: "other", user_id: "bob", models: ["gpt-4"] });
    await beDenied(narrow);
    expect([await look(null), await look("ada"), await look("bob")]).toEqual([["narrow"], ["narrow"], []]);
    // Of the count, the hour that runs is read for each look.
    expect((await costs(() => look(null))).more).toBe(WATCHERS);
    await beDenied(other);
    const all = [await look(null), await look("ada"), await look("bob")];
    expect(all).toEqual([["other", "narrow"], ["narrow"], ["other"]]);
  });

  test("figures: what is over is read once for all of one scope, the hour that runs for each look", async () => {
    const { clock, costs, say, sql, theirs } = await open();
    const fromMs = Math.floor(clock.now() / DAY_MS) * DAY_MS - 3 * DAY_MS;
    const starts = [0, 1, 2, 3].map((day) => fromMs + day * DAY_MS);
    const range = { fromMs, toMs: fromMs + 4 * DAY_MS };
    const look = async (userId: string | null) => {
      const nowMs = clock.now();
      const filter = { fromMs, toMs: null, ...(userId === null ? {} : { userId }) };
      const [spent, hours, days, buckets] = await Promise.all([
        spentToNow(sql, fromMs, userId, nowMs),
        outcomesToNow(sql, fromMs, userId, nowMs),
        daysToNow(sql, "model_group", starts, range, userId, nowMs),
        bucketsToNow(sql, filter, starts, nowMs),
      ]);
      const sum = (all: readonly number[]) => all.reduce((one, other) => one + other, 0);
      return {
        spent,
        calls: [
          sum(hours.map(({ requests }) => requests)),
          sum(days.map(({ sums }) => sums.requests)),
          sum(buckets.map(({ ok }) => ok)),
        ],
        models: [...new Set(days.map(({ id }) => id))].sort(),
      };
    };
    const { first, more } = await costs(() => look(null));
    // Of two parts each, one is read anew.
    expect(more).toBe((first / 2) * WATCHERS);
    expect(await look("ines")).toMatchObject({ calls: [1, 1, 1], models: ["gpt-3.5-turbo"] });
    expect(await look("tom")).toMatchObject({ calls: [1, 1, 1], models: ["gpt-4"] });
    expect(await look(null)).toMatchObject({ calls: [2, 2, 2], models: ["gpt-3.5-turbo", "gpt-4"] });
    expect(await look("nobody")).toMatchObject({ spent: 0n, calls: [0, 0, 0], models: [] });
    // A call counts with the next look, also while the hours before it are kept.
    await say(theirs);
    expect(await look("tom")).toMatchObject({ calls: [2, 2, 2], models: ["gpt-3.5-turbo", "gpt-4"] });
    expect(await modelsToNow(sql, fromMs, clock.now())).toEqual(["gpt-3.5-turbo", "gpt-4"]);
    // Its hour is over later: no call is lost or counted twice where the two parts meet.
    clock.advance(2 * HOUR_MS);
    expect(await look(null)).toMatchObject({ calls: [3, 3, 3] });
  });
});
