/** Langfuse, S3 and ClickHouse get exactly what their interfaces ask for, checked by other means than those that made it. */
import { createHash, createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createTable } from "#lib/callbacks/clickhouse.ts";
import { signedHeaders } from "#lib/callbacks/sigv4.ts";
import { warnings } from "#test/config/load-text.ts";
import { configOf } from "#test/helpers/gateway.ts";
import { callbackSetting, type Got, receiver } from "./setting.ts";

describe("langfuse", async () => {
  const web = await receiver();
  web.answer = { status: 207, body: '{"successes":[],"errors":[]}' };
  const { clock, deliver, settle } = await callbackSetting("  callbacks: [langfuse]\n", {
    LANGFUSE_PUBLIC_KEY: "pk-lf-1",
    LANGFUSE_SECRET_KEY: "sk-lf-2",
    LANGFUSE_HOST: `${web.origin}/`,
  });

  test("gets a trace and a generation for each call, with usage and cost and no text", async () => {
    const id = await settle({ endUser: "eva", stream: true, costNanoUsd: 2_500_000n, tags: ["blue"] });
    const started_at = new Date(clock.now()).toISOString();
    const at = (ms: number) => new Date(clock.now() + ms).toISOString();
    const times = { startTime: started_at, endTime: at(5), completionStartTime: at(5) };
    await deliver();
    expect(web.got).toHaveLength(1);
    const [{ body, headers, path } = {} as Got] = web.got;
    expect(path).toBe("/api/public/ingestion");
    expect(headers.authorization).toBe(`Basic ${btoa("pk-lf-1:sk-lf-2")}`);
    const metadata = {
      ...{ key_id: "k1", key: null, team_id: "t1", team: null, provider: "openai", deployment_id: "d" },
      ...{
        call_type: "completion",
        outcome: "ok",
        status: 200,
        attempts: 1,
        stream: true,
        usage_source: "provider",
      },
    };
    expect(JSON.parse(String(body))).toEqual({
      batch: [
        {
          ...{ id: `${id}-t`, type: "trace-create", timestamp: started_at },
          body: { id, timestamp: started_at, name: "completion", userId: "eva", tags: ["blue"], metadata },
        },
        {
          ...{ id: `${id}-g`, type: "generation-create", timestamp: started_at },
          body: {
            ...{ id: `${id}-generation`, traceId: id, name: "completion", ...times, model: "m", metadata },
            usageDetails: {
              input: 3,
              output: 4,
              total: 7,
              input_cached_tokens: 0,
              output_reasoning_tokens: 0,
            },
            costDetails: { total: 0.0025 },
            level: "DEFAULT",
          },
        },
      ],
    });
  });

  test("is sent again what it could not take, and not what it calls wrong for good", async () => {
    web.got.length = 0;
    const id = await settle({ outcome: "failed", errorCode: "timeout" });
    web.answer = { status: 207, body: JSON.stringify({ errors: [{ id: `${id}-t`, status: 503 }] }) };
    expect((await deliver()).error).toContain("status 503");
    web.answer = { status: 207, body: JSON.stringify({ errors: [{ id: `${id}-t`, status: 400 }] }) };
    expect((await deliver(30_000)).error).toBeNull();
    expect(web.got).toHaveLength(2);
    expect(String(web.got[1]?.body)).toBe(String(web.got[0]?.body));
    expect(JSON.parse(String(web.got[0]?.body)).batch[1].body).toMatchObject({
      level: "ERROR",
      statusMessage: "failed timeout",
    });
  });
});

describe("s3", async () => {
  const web = await receiver();
  const params = `s3_endpoint_url: "${web.origin}", s3_bucket_name: calls, s3_region_name: eu-central-1, s3_path: /shin/, s3_flush_interval: 5`;
  const { clock, deliver, settle } = await callbackSetting(
    `  callbacks: [s3]\n  s3_callback_params: { ${params} }\n`,
    { AWS_ACCESS_KEY_ID: "AKIDTEST", AWS_SECRET_ACCESS_KEY: "a secret/key+", AWS_SESSION_TOKEN: "token" },
  );

  test("gets gzipped JSON lines under a name that a second attempt writes again, signed", async () => {
    const first = await settle();
    clock.advance(3);
    const second = await settle();
    web.answer = { status: 503, body: "<Error><Code>SlowDown</Code></Error>" };
    expect((await deliver()).error).toBe("127.0.0.1 answered HTTP 503 (SlowDown)");
    web.answer = { status: 200, body: "" };
    await deliver(30_000);
    expect(web.got.map(({ path }) => path)).toEqual([web.got[0]?.path, web.got[0]?.path]);
    const [, got = {} as Got] = web.got;
    expect(got.method).toBe("PUT");
    expect(got.path).toMatch(new RegExp(`^/calls/shin/2026-06-15/${first}-[0-9a-f]{32}\\.jsonl\\.gz$`));
    const lines = gunzipSync(got.body).toString().trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).id)).toEqual([first, second]);
    expect(got.headers["x-amz-security-token"]).toBe("token");
    expect(got.headers.authorization).toBe(expected(got, "a secret/key+"));
  });

  test("is addressed by host where the bucket's name allows it, and signed as AWS's own examples", () => {
    const body = "Welcome to Amazon S3.";
    const key = {
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      ...{ sessionToken: null, region: "us-east-1", service: "s3" },
    };
    const atMs = Date.parse("2013-05-24T00:00:00Z");
    const put = signedHeaders(
      {
        method: "PUT",
        url: new URL("https://examplebucket.s3.amazonaws.com/test%24file.text"),
        headers: { date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
        body: Buffer.from(body),
      },
      key,
      atMs,
    );
    expect(put["authorization"]).toMatch(
      /Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd$/,
    );
    const list = signedHeaders(
      {
        method: "GET",
        url: new URL("https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J"),
        headers: {},
        body: Buffer.alloc(0),
      },
      key,
      atMs,
    );
    expect(list["authorization"]).toMatch(
      /Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/,
    );
    const yaml = (more: string) =>
      `litellm_settings: { callbacks: [s3_v2], s3_callback_params: { s3_bucket_name: calls, s3_aws_access_key_id: a, s3_aws_secret_access_key: b${more} } }`;
    expect(configOf(yaml("")).callbacks[0]).toMatchObject({ kind: "s3", endpoint: null, pathStyle: false });
    expect(configOf(yaml(", s3_path_style: true")).callbacks[0]).toMatchObject({ pathStyle: true });
  });
});

describe("clickhouse", async () => {
  const web = await receiver();
  const { deliver, settle } = await callbackSetting(
    `  success_callback: [clickhouse]\n  clickhouse_callback_params: { url: "${web.origin}/", table: calls, username: shin, password: os.environ/CH }\n`,
    { CH: "a password" },
  );

  test("gets one insert a batch, with a token that is the same when it is sent again", async () => {
    await settle({ outcome: "failed", statusCode: 500 });
    const id = await settle({ costNanoUsd: 1n });
    web.answer = { status: 500, body: "Code: 252. DB::Exception: Too many parts" };
    expect((await deliver()).error).toBe("127.0.0.1 answered HTTP 500 (252)");
    web.answer = { status: 200, body: "" };
    await deliver(30_000);
    const [first = {} as Got, second = {} as Got] = web.got;
    const query = new URL(second.path, web.origin).searchParams;
    expect(Object.fromEntries(query)).toEqual({
      query: "INSERT INTO default.calls FORMAT JSONEachRow",
      insert_deduplication_token: expect.stringMatching(/^[0-9a-f]{32}$/),
      date_time_input_format: "best_effort",
      input_format_skip_unknown_fields: "1",
    });
    expect(second.path).toBe(first.path);
    expect(second.headers).toMatchObject({ "x-clickhouse-user": "shin", "x-clickhouse-key": "a password" });
    const lines = String(second.body).trimEnd().split("\n");
    // Only calls that went well were asked for.
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ id, cost_usd: "0.000000001" }]);
    const columns = [...createTable("d", "t").matchAll(/[(,]\s+(\w+) [A-Z]/g)].map(([, name]) => name);
    expect(Object.keys(JSON.parse(lines[0] ?? ""))).toEqual(columns);
  });

  test("is documented with the statement that makes its table", async () => {
    expect(await readFile("docs/callbacks.md", "utf8")).toContain(createTable("default", "shin_calls"));
  });
});

test("what is lacking or unknown is a warning of one sentence, and what is done elsewhere is none", () => {
  expect(
    callbackWarnings(
      "litellm_settings: { callbacks: [datadog, prometheus, s3, webhook], s3_callback_params: { s3_bucket_name: calls } }",
    ),
  ).toEqual([
    "callbacks: datadog",
    "callbacks: s3 gets nothing: s3_aws_access_key_id of s3_callback_params or AWS_ACCESS_KEY_ID is not set, s3_aws_secret_access_key of s3_callback_params or AWS_SECRET_ACCESS_KEY is not set",
    "callbacks: webhook gets nothing: url of webhook_callback_params or GENERIC_LOGGER_ENDPOINT is not set",
  ]);
  expect(
    callbackWarnings(
      "litellm_settings: { callbacks: webhook, webhook_callback_params: { url: 'https://u:p@h/', secret: short } }",
    ),
  ).toEqual(["callbacks: webhook gets nothing: its url holds a password: give it by its own name"]);
});

const callbackWarnings = (yaml: string) =>
  warnings(yaml)
    .filter((line) => line.includes("callbacks: "))
    .map((line) => line.replace(/^.*?(?=callbacks: )/, ""));

/** The signature of a request as it came, worked out from what was received. */
function expected({ body, headers, method, path }: Got, secret: string): string {
  const hash = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
  const mac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const given = String(headers.authorization);
  const names = /SignedHeaders=([^,]+)/.exec(given)?.[1] ?? "";
  expect(names).toBe("content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token");
  expect(headers["x-amz-content-sha256"]).toBe(hash(body));
  const lines = names.split(";").map((name) => `${name}:${headers[name]}\n`);
  const canonical = [method, path, "", lines.join(""), names, hash(body)].join("\n");
  const stamp = String(headers["x-amz-date"]);
  expect(stamp).toMatch(/^20260615T12\d{4}Z$/);
  const scope = `${stamp.slice(0, 8)}/eu-central-1/s3/aws4_request`;
  const key = mac(mac(mac(mac(`AWS4${secret}`, stamp.slice(0, 8)), "eu-central-1"), "s3"), "aws4_request");
  const signature = mac(key, ["AWS4-HMAC-SHA256", stamp, scope, hash(canonical)].join("\n")).toString("hex");
  return `AWS4-HMAC-SHA256 Credential=AKIDTEST/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}
