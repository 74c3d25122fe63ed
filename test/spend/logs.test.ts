/** A call can be found again: by any of its ids, by its key under any name, by date, page by page, newest first. */
import { describe, expect, test } from "vitest";
import { hashSecret } from "#lib/keys/secret.ts";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { DEAR_CALL_USD, spending } from "./spending.ts";

const { gateway, clock, upstream, spend, record } = await spending({ at: "2025-06-15T10:20:00Z" });
const get = (path: string, key?: string) => gateway.call("GET", path, key === undefined ? {} : { key });

test("a row has what LiteLLM's has", async () => {
  const key = await gateway.newKey({ key_alias: "row", user_id: "user-row", tags: ["blue"] });
  await spend(key, "dear", { "x-request-id": "mine-1" });
  const { json, headers } = await get("/spend/logs?user_id=user-row");
  expect(headers).toMatchObject({
    "x-total-count": "1",
    "x-page": "1",
    "x-page-size": "50",
    "x-total-pages": "1",
  });
  expect(json).toHaveLength(1);
  expect(json[0]).toMatchObject({
    request_id: "chatcmpl-test",
    litellm_call_id: "mine-1",
    api_key: hashSecret(key),
    call_type: "acompletion",
    model: "dear-upstream",
    model_group: "dear",
    custom_llm_provider: "openai",
    spend: DEAR_CALL_USD,
    prompt_tokens: 11,
    completion_tokens: 7,
    total_tokens: 18,
    startTime: "2025-06-15T10:20:00.000Z",
    user: "user-row",
    team_id: null,
    request_tags: ["blue"],
    cache_hit: "False",
    status: "success",
    metadata: { user_api_key_alias: "row", status_code: 200, error_information: null },
  });
  expect(Date.parse(json[0].endTime)).toBeGreaterThanOrEqual(Date.parse(json[0].startTime));
});

test("the gateway's id, the client's and the answer's all lead to the call", async () => {
  const made = await record({
    at: "2025-06-01T00:00:00Z",
    clientRequestId: "client-77",
    responseId: "chatcmpl-77",
  });
  for (const id of [made.id, "client-77", "chatcmpl-77"]) {
    const { json } = await get(`/spend/logs?request_id=${id}`);
    expect(json.map((row: { shin_request_id: string }) => row.shin_request_id)).toEqual([made.id]);
  }
  expect((await get("/spend/logs?request_id=nobody")).json).toEqual([]);
});

test("a key is found by secret, hash and id, deleted ones too; the master key by its name", async () => {
  const key = await gateway.newKey({});
  await spend(key);
  const hash = hashSecret(key);
  const { key_id } = (await get(`/key/info?key=${hash}`)).json.info;
  await gateway.call("POST", "/key/delete", { body: { keys: [key] } });
  for (const name of [key, hash, key_id])
    expect((await get(`/spend/logs?api_key=${name}`)).json).toHaveLength(1);
  expect((await get("/spend/logs?api_key=sk-nobody-has-this-one-000")).json).toEqual([]);
  await spend(MASTER_KEY);
  expect((await get(`/spend/logs?api_key=${MASTER_KEY}`)).json[0]).toMatchObject({
    api_key: "master",
    user: "default_user_id",
  });
});

test("a refused and a failed call stand there as failures, with the reason", async () => {
  const key = await gateway.newKey({ user_id: "user-refused", max_budget: 0 });
  expect(await spend(key)).toBe(400);
  // Calls of one millisecond have no order.
  clock.set("2025-06-15T10:20:01Z");
  upstream.behave((_, response) => void response.writeHead(400).end("{}"));
  expect(await spend(await gateway.newKey({ user_id: "user-refused" }))).toBe(400);
  upstream.behave((_, response) => void response.writeHead(200).end("{}"));
  const { data } = (await get("/spend/logs/v2?user_id=user-refused")).json;
  expect(data.map((row: { status: string; spend: number }) => [row.status, row.spend])).toEqual([
    ["failure", 0],
    ["failure", 0],
  ]);
  expect(data[1].metadata).toMatchObject({
    outcome: "refused",
    error_information: { error_code: "budget_exceeded", rule: "key_budget" },
  });
});

describe("pages", () => {
  const at = (minute: number) => `2025-03-0${1 + (minute % 3)}T00:${String(minute).padStart(2, "0")}:00Z`;

  test("hold every row once, newest first, and tell how many there are", async () => {
    for (let minute = 0; minute < 23; minute++) await record({ at: at(minute), userId: "user-pages" });
    const seen: string[] = [];
    for (let page = 1; page <= 3; page++) {
      const { json } = await get(`/spend/logs/v2?user_id=user-pages&page=${page}&page_size=10`);
      expect(json).toMatchObject({ total: 23, page, page_size: 10, total_pages: 3 });
      expect(json.data).toHaveLength(page === 3 ? 3 : 10);
      seen.push(...json.data.map((row: { startTime: string }) => row.startTime));
    }
    expect(seen).toEqual(
      Array.from({ length: 23 }, (_, minute) => new Date(at(minute)).toISOString())
        .toSorted()
        .toReversed(),
    );
  });

  test("of a bare list say so in headers", async () => {
    const { json, headers } = await get("/spend/logs?user_id=user-pages&page=3&page_size=10");
    expect(json).toHaveLength(3);
    expect(headers).toMatchObject({ "x-total-count": "23", "x-total-pages": "3" });
  });

  test("respect dates, with and without a time", async () => {
    const count = async (query: string) =>
      (await get(`/spend/logs/v2?user_id=user-pages&${query}`)).json.total;
    expect(await count("start_date=2025-03-02&end_date=2025-03-02")).toBe(8);
    expect(await count("start_date=2025-03-02%2000:01:00&end_date=2025-03-02%2000:04:00")).toBe(2);
    expect(await count("start_date=2025-03-03T00:05:00Z")).toBe(6);
    expect(await count("end_date=2025-02-28")).toBe(0);
  });
});

test("a summary of dates has an entry for every day, rows when it is declined", async () => {
  const query = "user_id=user-pages&start_date=2025-02-28&end_date=2025-03-02";
  const { json } = await get(`/spend/logs?${query}`);
  expect(json).toEqual([
    { startTime: "2025-02-28", spend: 0, users: {}, models: {} },
    {
      startTime: "2025-03-01",
      spend: 8e-9,
      users: { "user-pages": 8e-9 },
      models: { dear: 8e-9 },
      key_past: 8e-9,
    },
    {
      startTime: "2025-03-02",
      spend: 8e-9,
      users: { "user-pages": 8e-9 },
      models: { dear: 8e-9 },
      key_past: 8e-9,
    },
  ]);
  expect((await get(`/spend/logs?${query}&summarize=false`)).json).toHaveLength(16);
});

test.each([
  ["start_date", "/spend/logs?start_date=31.1.2025"],
  ["end_date", "/spend/logs/v2?end_date=2025-02-30"],
  ["start_date", "/spend/logs?start_date=2001-01-01&end_date=2025-01-01"],
  ["start_date", "/user/daily/activity?start_date=2001-01-01&end_date=2025-01-01"],
  ["start_date", "/user/daily/activity?start_date=2999-01-01"],
  ["summarize", "/spend/logs?summarize=maybe"],
  ["page", "/spend/logs?page=0"],
  ["page_size", "/spend/logs?page_size=501"],
  ["user_id", "/spend/logs?user_id=%00"],
  ["request_id", `/spend/logs?request_id=${"x".repeat(600)}`],
  ["limit", "/global/spend/keys?limit=-1"],
])("a faulty %s is 400 and named: %s", async (param, path) => {
  const { status, json } = await get(path);
  expect(status).toBe(400);
  expect(json.error.param).toBe(param);
});
