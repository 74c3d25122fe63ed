/** Text that would be SQL in a careless query, in every place where a caller can put text: refused or not found, never run. */
import { expect, test } from "vitest";
import { listeningGateway } from "#test/helpers/mounts.ts";
import { sendAndCheck } from "./answers.ts";

// Thousands of requests a second are what this test is about.
const gateway = await listeningGateway({ yaml: "general_settings: { throttle: { key_api: off } }" });
const { send } = gateway.node;
const QUOTES = ["'", '"', "''", "`", "\\'", "%27", "\u2019", "\u02bc", "$$", "$q$"];
const TAILS = [
  " OR 1=1--",
  " OR '1'='1",
  "; DROP TABLE virtual_keys; --",
  "; SELECT pg_sleep(10); --",
  " UNION SELECT secret_hash FROM virtual_keys--",
  ") OR (1=1",
  " AND (SELECT count(*) FROM users) > 0 --",
  "/**/OR/**/TRUE",
  "||(SELECT version())||",
  "::int",
  "%",
  "_",
  " ORDER BY 1--",
  "; COPY users TO PROGRAM 'id'; --",
  " RETURNING *",
  "\n--",
  "\\",
  " LIMIT 1 OFFSET 0",
  "\u0024{7*7}",
  "{{7*7}}",
];
const STRINGS = QUOTES.flatMap((quote) => TAILS.map((tail) => quote + tail));

const places: readonly (readonly [string, (text: string) => Promise<{ status: number }>])[] = [
  [
    "the key",
    (text) =>
      sendAndCheck(
        send,
        "GET",
        "/v1/models",
        {
          key: null,
          headers: { "x-api-key": Buffer.from(`sk-${text}`.replaceAll(/[\n\r]/g, " ")).toString("latin1") },
        },
        text,
      ),
  ],
  [
    "key/info",
    (text) => sendAndCheck(send, "GET", `/key/info?${new URLSearchParams({ key: text })}`, {}, text),
  ],
  [
    "key ids",
    (text) => sendAndCheck(send, "GET", `/key/info?${new URLSearchParams({ key: `key_${text}` })}`, {}, text),
  ],
  [
    "sort_by",
    (text) => sendAndCheck(send, "GET", `/key/list?${new URLSearchParams({ sort_by: text })}`, {}, text),
  ],
  [
    "sort_order",
    (text) => sendAndCheck(send, "GET", `/key/list?${new URLSearchParams({ sort_order: text })}`, {}, text),
  ],
  ["page", (text) => sendAndCheck(send, "GET", `/key/list?${new URLSearchParams({ page: text })}`, {}, text)],
  [
    "filters",
    (text) =>
      sendAndCheck(
        send,
        "GET",
        `/key/list?${new URLSearchParams({ user_id: text, team_id: text, key_alias: text, key_hash: text })}`,
        {},
        text,
      ),
  ],
  [
    "path ids",
    (text) => sendAndCheck(send, "POST", `/key/${encodeURIComponent(text)}/regenerate`, { body: {} }, text),
  ],
  [
    "deleted keys",
    (text) =>
      sendAndCheck(send, "POST", "/key/delete", { body: { keys: [text], key_aliases: [text] } }, text),
  ],
  [
    "new keys",
    (text) =>
      sendAndCheck(
        send,
        "POST",
        "/key/generate",
        { body: { user_id: text, team_id: text, metadata: { [text]: text }, tags: [text] } },
        text,
      ),
  ],
  [
    "the model",
    (text) =>
      sendAndCheck(
        send,
        "POST",
        "/v1/chat/completions",
        { body: { model: text, messages: [{ role: "user", content: text }], user: text } },
        text,
      ),
  ],
];

test(`there are ${STRINGS.length} of them`, () => expect(STRINGS).toHaveLength(200));

test.each(places)("in %s", async (_, put) => {
  const startedMs = performance.now();
  for (let at = 0; at < STRINGS.length; at += 10) await Promise.all(STRINGS.slice(at, at + 10).map(put));
  // None of the sleeps ran: 20 of them would take minutes.
  expect(performance.now() - startedMs).toBeLessThan(15_000);
});

test("the tables are still there, with what was stored as it was written", async () => {
  const [row] = await gateway.database
    .sql`select count(*)::int as n from virtual_keys where user_id = any(${STRINGS})`;
  const [wild] = await gateway.database.sql`select count(*)::int as n from virtual_keys`;
  expect(row?.["n"]).toBe(wild?.["n"]);
  const { json } = await send("GET", `/key/list?${new URLSearchParams({ user_id: "'%" })}`);
  expect(json.total_count).toBeLessThanOrEqual(1);
});
