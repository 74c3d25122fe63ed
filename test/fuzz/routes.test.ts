/** Every route, fed with malformed paths, queries, headers and bodies: never a 500, never a hang, always the envelope. */
import { describe, test } from "vitest";
import { ROUTES } from "#lib/gateway/route-table.ts";
import { fc } from "#test/helpers/fast-check.ts";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { sendAndCheck } from "./answers.ts";
import { NAMES, NUMBERS, WORDS } from "./vocabulary.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 40);
const gateway = await mountedGateway();
const plainKey = await gateway.newKey({ user_id: "fuzzer" });

const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
);
const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.double({ noNaN: true }));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    word,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), word), tie("value"), { maxKeys: 4 }),
  ),
}));
const object = fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 6 });
const body = fc.oneof(
  { weight: 6, arbitrary: object.map((fields) => JSON.stringify(fields)) },
  { weight: 1, arbitrary: value.map((anything) => JSON.stringify(anything)) },
  { weight: 1, arbitrary: object.map((fields) => JSON.stringify(fields).slice(0, -1)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "{",
      "[".repeat(50_000),
      '{"a":'.repeat(20_000),
      '{"metadata":{"__proto__":{"a":1}}}',
      '{"key":"a","key":"b"}',
      "\ufeff{}",
    ),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
);
const query = fc.oneof(
  fc.constant(""),
  fc
    .dictionary(fc.constantFrom(...NAMES), fc.oneof(word, number.map(String)), { maxKeys: 4 })
    .map((fields) => `?${new URLSearchParams(fields)}`),
  fc.constantFrom("?", "?%", "?a=%ff%fe&=&&&", `?key=${"x".repeat(3_000)}`, "?page=1&page=2"),
);
const segment = fc.oneof(
  word.map((text) => encodeURIComponent(text.toWellFormed()) || "x"),
  fc.constantFrom("%", "%ff", "%00", "%2e%2e%2f", "a%2Fb"),
);
const headers = fc.record(
  {
    "content-type": fc.constantFrom(
      "application/json",
      "text/plain",
      "multipart/form-data; boundary=x",
      "application/x-www-form-urlencoded",
      "application/json; charset=utf-16",
      "",
    ),
    accept: fc.constantFrom("*/*", "text/html", "text/event-stream", "\u00ff"),
    "x-request-id": fc.constantFrom("ok-1", "<script>", "x".repeat(500), "é"),
    "litellm-changed-by": fc.constantFrom("me", "x".repeat(2_000), "\u00e9"),
    "x-litellm-tags": fc.constantFrom("a,b", ",,,", "x".repeat(5_000)),
    "x-litellm-timeout": fc.constantFrom("0", "-1", "NaN", "1e99"),
    "x-forwarded-for": fc.constantFrom("1.1.1.1", "garbage", "::::"),

    origin: fc.constantFrom("null", "https://x.example"),
    cookie: fc.constantFrom("a=b", "=;;;"),
    authorization: fc.constantFrom(
      "Bearer %",
      "Bearer sk-' OR 1=1--",
      "Basic eDp5",
      "Bearer",
      `Bearer ${"x".repeat(5_000)}`,
    ),
  },
  { requiredKeys: [] },
);

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== "";
  } catch {
    return false;
  }
}

describe.each(gateway.mounts)(`$name mount`, ({ send, name }) => {
  test.each(ROUTES.map((route) => [route.method, route.path] as const))("%s %s", async (method, path) => {
    const places = path.split(/\{\w+\*?\}/);
    // What Next's router cannot decode it answers by itself, with a bare 500; behind server.ts it never sees such a path.
    const part = name === "node" ? segment : segment.filter(isDecodable);
    const given = fc.record({
      params: fc.array(part, { minLength: places.length - 1, maxLength: places.length - 1 }),
      query,
      body,
      headers,
      asMaster: fc.boolean(),
    });
    const property = fc.asyncProperty(
      given,
      async ({ params, query: asked, body: sent, headers: extra, asMaster }) => {
        const url = places.map((place, index) => place + (params[index] ?? "")).join("") + asked;
        const key = "authorization" in extra ? null : asMaster ? undefined : plainKey;
        const all = Object.fromEntries(
          Object.entries(extra).map(([header, text]) => [
            header,
            Buffer.from(text, "latin1").toString("latin1"),
          ]),
        );
        await sendAndCheck(
          send,
          method,
          url,
          {
            ...(key === undefined ? {} : { key }),
            headers: all,
            ...(method === "GET" ? {} : { body: sent }),
          },
          `${decodeURIComponent(url.replace(/%(?![0-9a-f]{2})|%[89a-f][0-9a-f]/gi, ""))} ${sent}`,
        );
      },
    );
    // Next's own road is thin: the gateway behind it is the same.
    await fc.assert(property, {
      numRuns: name === "node" ? RUNS : Math.ceil(RUNS / 4),
      verbose: 1,
    });
  });
});
