/** What the console's own process reads is what the gateway has: its counters, configuration, freezes, resting deployments, throttle. */
import { afterAll, expect, test } from "vitest";
import { keyLimits } from "#lib/console/key-limits.ts";
import { liveLimits } from "#lib/console/live-limits.ts";
import { isAway } from "#lib/database-health.ts";
import { hashSecret } from "#lib/keys/secret.ts";
import { createLog } from "#lib/log.ts";
import { openReading } from "#lib/node/console-reading.ts";
import { answerTo, GatewayQuestions } from "#lib/node/gateway-answers.ts";
import { StateTold } from "#lib/node/gateway-state.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const { call, database, newKey, reload, runtime } = await testGateway({
  yaml: "litellm_settings: { rpm: 100 }",
});
const { deps } = runtime;
const told = new StateTold(deps);
// As the channel between the two processes does it.
const questions: GatewayQuestions = new GatewayQuestions((message) => {
  if (message.kind !== "question") return;
  const { id, question } = structuredClone(message);
  void answerTo(deps, id, question).then((answer) => {
    const heard = structuredClone(answer);
    if (heard.kind === "answer" || heard.kind === "fault") questions.heard(heard);
  });
});
const {
  close,
  deps: pages,
  state,
} = openReading(
  structuredClone({
    kind: "orders" as const,
    database: database.options,
    encryptionKey: deps.pseudonymKey,
    socket: "",
    origin: deps.origin,
    look: { json: true, color: false },
    number: told.number,
    state: told.state,
  }),
  questions,
  // One of its own: its level follows the configuration.
  createLog({ level: "error", json: true, color: false, destination: { write: () => undefined } }),
);
afterAll(close);

/** What the gateway does before it hands on a request. */
function tellChanges(): string[] {
  const changed = told.changes();
  if (changed !== null) state.heard(told.number, structuredClone(changed));
  return Object.keys(changed ?? {});
}

const ask = async (key: string) => {
  const body = { model: "gpt-3.5-turbo", messages: [{ role: "user", content: "Hello" }] };
  return (await call("POST", "/v1/chat/completions", { key, body })).status;
};

test("live limits are the counters in the gateway's memory", async () => {
  const key = await newKey({ key_alias: "counted", rpm_limit: 2 });
  expect([await ask(key), await ask(key), await ask(key)]).toEqual([200, 200, 429]);
  await pages.ledger.flush();
  const nowMs = deps.clock.now();
  const theirs = await liveLimits(deps, null, true, nowMs);
  expect(theirs.rows.find(({ name }) => name === "counted")).toMatchObject({ used: 2, refused: 1 });
  expect(await liveLimits(pages, null, true, nowMs)).toEqual(theirs);
  const limits = await keyLimits(pages, hashSecret(key), nowMs);
  expect(limits).toEqual(await keyLimits(deps, hashSecret(key), nowMs));
  expect(limits?.find(({ id }) => id.startsWith("key_rpm"))?.used).toBe(2n);
});

test("who asks is known while figures stand in line, and the line does not count as a database that is away", async () => {
  const secretHash = hashSecret(await newKey({ key_alias: "asks" }));
  const waiting = () => pages.sql`select pg_advisory_xact_lock_shared(4711)`;
  const figures = await deps.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(4711)`;
    const line = Array.from({ length: 20 }, async () => (await waiting()).length);
    expect(await pages.lookup.find(secretHash)).not.toBeNull();
    return { line };
  });
  expect(await Promise.all(figures.line)).toEqual(Array.from({ length: 20 }, () => 1));
  expect(pages.health.away).toBe(false);
  const [open] = await deps.sql<{ figures: bigint }[]>`
    select count(*) as figures from pg_stat_activity
    where application_name = 'shin-console' and datname = current_database()`;
  expect(open?.figures).toBe(2n);
});

test("nothing is told while nothing changed, and of a change only what it was", async () => {
  tellChanges();
  expect(tellChanges()).toEqual([]);
  await reload("litellm_settings: { rpm: 100, timezone: Asia/Tokyo }");
  expect(tellChanges()).toEqual(["config"]);
  expect(pages.policy().config.timezone).toBe("Asia/Tokyo");
});

test("a freeze shows with the next request, and its end too", async () => {
  expect(pages.safeguards.freezes).toBeNull();
  const opened = await call("POST", "/incident/freeze", {
    body: { scope: { kind: "all" }, reason: "a leak" },
  });
  expect(opened.status).toBe(200);
  expect(tellChanges()).toEqual(["freezes"]);
  expect(pages.safeguards.freezes?.all.map(({ kind, reason }) => [kind, reason])).toEqual([
    ["all", "a leak"],
  ]);
  await call("POST", "/incident/unfreeze", {
    body: { freeze_id: opened.json.freeze_id, reason: "it was ours" },
  });
  expect(tellChanges()).toEqual(["freezes"]);
  expect(pages.safeguards.freezes).toBeNull();
});

test("a deployment that rests is seen to rest", async () => {
  const nowMs = deps.clock.now();
  deps.cooldown.failed("dep_x", 429, nowMs, 30_000, 3);
  expect(tellChanges()).toEqual(["resting"]);
  expect(pages.cooldown.restsForMs("dep_x", nowMs)).toBe(30_000);
  expect(pages.cooldown.restsForMs("dep_y", nowMs)).toBe(0);
});

test("attempts to sign in are counted in one place", async () => {
  const verdicts = [];
  for (let times = 0; times < 6; times++)
    verdicts.push(
      (await (times % 2 ? deps : pages).throttle.take("sign_in_account", "a@example.com")).allowed,
    );
  expect(verdicts).toEqual([true, true, true, true, true, false]);
});

test("a fault of the gateway keeps the code that says what it is", async () => {
  const away = Object.assign(new Error("no answer"), { code: "ETIMEDOUT" });
  const failing = {
    ...deps,
    ledger: Object.assign(Object.create(deps.ledger), { flush: () => Promise.reject(away) }),
  };
  const answer = await answerTo(failing, 1, { name: "flush", given: [] });
  const asking = new GatewayQuestions(() => {
    if (answer.kind === "fault") queueMicrotask(() => asking.heard(answer));
  });
  const error = await asking.ask({ name: "flush", given: [] }).catch((fault: unknown) => fault);
  expect(isAway(error)).toBe(true);
});
