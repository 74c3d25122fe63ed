/** Secrets are planted, everything that can go wrong goes wrong, and none of them shows: not in a log line, an answer or the database. */
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { listeningGateway } from "#test/helpers/mounts.ts";
import { testDatabase } from "#test/helpers/postgres.ts";
import { answer, type Behaviour, completion, rawUpstream, sse, stream } from "#test/helpers/upstream.ts";
import { capturedLog, chat, config, deployment } from "../contract/setting.ts";

const PROVIDER = `sk-prov-${randomBytes(12).toString("hex")}`;
const PASSWORD = `pw-${randomBytes(12).toString("hex")}`;
const VIRTUAL = `sk-virt-${randomBytes(12).toString("hex")}`;
const PROMPT = `prompt-${randomBytes(12).toString("hex")}`;
const database = await testDatabase();
const upstream = await rawUpstream();
const { log, text, lineOf } = capturedLog();
const yaml = config([
  deployment("chat", upstream.url, { api_key: PROVIDER }),
  deployment("gone", "http://127.0.0.1:9/v1", { api_key: PROVIDER }),
]);
const gateway = await listeningGateway({
  log,
  yaml,
  database: { ...database, options: { ...database.options, password: PASSWORD } },
});
const { send } = gateway.node;
const answers: string[] = [];
const take = async (...given: Parameters<typeof send>) => {
  const { status, headers, text } = await send(...given);
  answers.push(`${JSON.stringify(headers)} ${text}`);
  return { status, text };
};
/** A provider that throws everything it was sent back. */
const echo =
  (status: number): Behaviour =>
  ({ headers, body }, response) => {
    response.writeHead(status, {
      "content-type": "application/json",
      "www-authenticate": String(headers.authorization),
    });
    response.end(
      JSON.stringify({ error: { message: `key ${headers.authorization} ${body}`, code: "invalid_api_key" } }),
    );
  };

test("in all that was answered, logged and stored there is no secret", async () => {
  // The key comes out of this one call, and of no other.
  expect(
    (await send("POST", "/key/generate", { body: { key: VIRTUAL, key_alias: "canary", max_budget: 1 } }))
      .status,
  ).toBe(200);
  const body = chat("chat", { messages: [{ role: "user", content: PROMPT }] });
  for (const status of [400, 401, 403, 404, 418, 429, 500, 503]) {
    upstream.behave(echo(status));
    await take("POST", "/v1/chat/completions", { key: VIRTUAL, body });
    await take("POST", "/v1/chat/completions", { key: VIRTUAL, body: { ...body, stream: true } });
  }
  for (const behaviour of [
    answer(`<html>${PROVIDER}</html>`, 502),
    answer(`refused ${PROVIDER}`, 400),
    answer(`refused ${PROVIDER}`, 200),
    answer({ ...completion(), model: 7 }, 200),
    stream(sse({ error: { message: `key ${PROVIDER}`, code: 401 } })),
    stream(sse({ error: `key ${PROVIDER}` })),
  ]) {
    upstream.behave(behaviour);
    await take("POST", "/v1/chat/completions", { key: VIRTUAL, body: { ...body, stream: true } });
    await take("POST", "/v1/chat/completions", { key: VIRTUAL, body });
  }
  await take("POST", "/v1/chat/completions", { key: VIRTUAL, body: { ...body, model: "gone" } });
  for (const key of [VIRTUAL, MASTER_KEY, `${VIRTUAL}x`, `${MASTER_KEY}x`]) {
    for (const path of [
      "/key/info",
      "/key/list?return_full_object=true",
      "/v1/models",
      "/health",
      "/nope",
      `/key/info?key=${VIRTUAL.slice(0, -1)}`,
    ])
      await take("GET", path, { key });
    await take("POST", "/key/generate", { key, body: `{"key": "${VIRTUAL}",` });
    await take("POST", "/key/generate", { key, body: { key: VIRTUAL } });
    await take("POST", "/key/update", { key, body: { key_alias: "x", password: PASSWORD } });
  }
  await breakDatabase(async () => {
    expect((await take("GET", "/key/list")).status).toBeGreaterThanOrEqual(500);
    await take("POST", "/key/block", { body: { key: VIRTUAL } });
    await take("GET", "/v1/models", { key: `sk-other-${VIRTUAL}` });
  });
  await gateway.runtime.deps.ledger.flush();
  await lineOf((await send("GET", "/v1/models")).headers);

  const logged = text();
  expect(logged.split("\n").length).toBeGreaterThan(40);
  const said = answers.join("\n");
  const stored = await dump();
  for (const secret of [MASTER_KEY, VIRTUAL, PROVIDER, PASSWORD]) {
    expect.soft(find(logged, secret)).toBe("");
    expect.soft(find(said, secret)).toBe("");
    expect.soft(find(stored, secret)).toBe("");
  }
  // Nor does a prompt stay behind.
  expect.soft(find(logged, PROMPT)).toBe("");
  expect.soft(find(stored, PROMPT)).toBe("");
});

function find(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return at < 0 ? "" : text.slice(Math.max(0, at - 200), at + secret.length + 50);
}

async function breakDatabase(work: () => Promise<void>): Promise<void> {
  await database.sql`alter table virtual_keys rename to virtual_keys_away`;
  try {
    await work();
  } finally {
    await database.sql`alter table virtual_keys_away rename to virtual_keys`;
  }
}

/** Every row of every table as text. */
async function dump(): Promise<string> {
  const tables =
    await database.sql`select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`;
  const texts = tables.map(async ({ table_name: name }) => {
    const rows = await database.sql`select row_to_json(t)::text as row from ${database.sql(String(name))} t`;
    return rows.map((row) => String(row["row"])).join("\n");
  });
  return (await Promise.all(texts)).join("\n");
}
