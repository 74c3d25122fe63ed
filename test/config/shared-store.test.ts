/** The store that several processes count in: every spelling of it leads to one value, and no secret of it to a message. */
import { describe, expect, it } from "vitest";
import { configOf, faults, warnings } from "./load-text.ts";

const REDIS = { REDIS_URL: "rediss://u:s3cret@cache.example:6380/2" };
const UPSTASH = { UPSTASH_REDIS_REST_URL: "https://x.upstash.io/", UPSTASH_REDIS_REST_TOKEN: "s3cret" };
const SENTENCE =
  "limits are counted in this process's memory: set REDIS_URL or UPSTASH_REDIS_REST_URL before running more than one";

describe("sharedStore", () => {
  it("is none unless one is named", () => {
    expect(configOf(null)).toMatchObject({
      sharedStore: null,
      limitsOnStoreOutage: "local",
      serverless: false,
    });
  });

  it("comes from the environment", () => {
    expect(configOf(null, { env: REDIS }).sharedStore).toEqual({ kind: "redis", url: REDIS.REDIS_URL });
    expect(configOf(null, { env: UPSTASH }).sharedStore).toEqual({
      kind: "upstash",
      url: "https://x.upstash.io",
      token: "s3cret",
    });
    const valkey = { REDIS_URL: "valkeys://h:1" };
    expect(configOf(null, { env: valkey }).sharedStore).toEqual({ kind: "redis", url: "rediss://h:1" });
  });

  it.each([
    ["router_settings: { redis_url: redis://h:1/3 }", "redis://h:1/3"],
    ["router_settings: { redis_host: h }", "redis://h:6379"],
    [
      "router_settings: { redis_host: h, redis_port: 7, redis_password: os.environ/PW, redis_ssl: true, redis_db: 4 }",
      "rediss://:p%40%2Fw@h:7/4",
    ],
    ["router_settings: { redis_host: '::1', redis_port: '7' }", "redis://[::1]:7"],
    [
      "litellm_settings: { cache_params: { type: redis, host: h, port: 7, password: os.environ/PW, ttl: 60 } }",
      "redis://:p%40%2Fw@h:7",
    ],
  ])("comes from config.yaml as LiteLLM writes it: %s", (yaml, url) => {
    expect(configOf(yaml, { env: { PW: "p@/w" } }).sharedStore).toEqual({ kind: "redis", url });
  });

  it("is not made of a cache that is no Redis", () => {
    expect(configOf("litellm_settings: { cache_params: { type: s3, host: h } }").sharedStore).toBeNull();
  });

  it("is not made of cache_params that name no server after all, which is said", () => {
    const yaml = "litellm_settings: { cache_params: { type: redis, host: os.environ/REDIS_HOST } }";
    expect(configOf(yaml).sharedStore).toBeNull();
    expect(warnings(yaml)).toEqual([
      "config.yaml:1:56 cache_params: REDIS_HOST is not set, so this Redis is not used",
    ]);
  });

  it("of the environment wins over the file, which is said", () => {
    const yaml = "router_settings: { redis_url: redis://other:1 }";
    expect(configOf(yaml, { env: REDIS }).sharedStore).toMatchObject({ url: REDIS.REDIS_URL });
    expect(warnings(yaml, { env: REDIS }).join()).toContain("REDIS_URL of the environment is used");
  });

  it("is one: Redis and Upstash together are refused in one sentence, from wherever they come", () => {
    expect(faults(null, { env: { ...REDIS, ...UPSTASH } })).toEqual([
      "env REDIS_URL and UPSTASH_REDIS_REST_URL name two stores, and limits need one — keep one of the two",
    ]);
    expect(faults("router_settings: { redis_host: h }", { env: UPSTASH })).toEqual([
      "config.yaml:1:32 redis_host and UPSTASH_REDIS_REST_URL name two stores, and limits need one — keep one of the two",
    ]);
  });

  it("says what is wrong with it without repeating a secret", () => {
    const found = [
      ...faults(null, { env: { REDIS_URL: "http://u:s3cret@h" } }),
      ...faults(null, { env: { REDIS_URL: "redis://u:s3cret@h/path" } }),
      ...faults(null, { env: { REDIS_URL: "redis://u:s3 cret@h" } }),
      ...faults(null, { env: { UPSTASH_REDIS_REST_TOKEN: "s3cret" } }),
      ...faults(null, { env: { UPSTASH_REDIS_REST_URL: "https://x.upstash.io" } }),
      ...faults(null, { env: { ...UPSTASH, UPSTASH_REDIS_REST_URL: "https://u:s3cret@x" } }),
      ...faults("router_settings: { redis_url: 'tcp://u:s3cret@h' }"),
      ...faults("litellm_settings: { cache_params: { type: redis, host: h, port: many, password: s3cret } }"),
    ];
    expect(found).toEqual([
      "env REDIS_URL: is not a Redis URL — write redis://user:password@host:6379, or rediss:// for TLS",
      "env REDIS_URL: has a path that is not the number of a database — write redis://host:6379/0",
      "env REDIS_URL: contains a blank — write %20 for a blank in a password",
      "env UPSTASH_REDIS_REST_TOKEN needs UPSTASH_REDIS_REST_URL — set both or neither",
      "env UPSTASH_REDIS_REST_URL needs UPSTASH_REDIS_REST_TOKEN — set both or neither",
      "env UPSTASH_REDIS_REST_URL is not the address of an Upstash Redis — write https://name.upstash.io",
      "config.yaml:1:31 redis_url: is not a Redis URL — write redis://user:password@host:6379, or rediss:// for TLS",
      'config.yaml:1:65 cache_params: port: "many" is not a whole number',
    ]);
  });
});

describe("several processes without a common counter", () => {
  it("are refused, and with one they are not", () => {
    expect(faults(null, { env: { SHIN_WORKERS: "2" } })).toEqual([`env SHIN_WORKERS is 2: ${SENTENCE}`]);
    expect(configOf(null, { env: { SHIN_WORKERS: "2", ...REDIS } }).workers).toBe(2);
    expect(configOf(null, { env: { SHIN_WORKERS: "2", ...UPSTASH } }).workers).toBe(2);
    expect(faults(null, { env: { SHIN_WORKERS: "1" } })).toEqual([]);
  });

  it("are warned of on Vercel, where nobody can count them", () => {
    const vercel = {
      VERCEL: "1",
      LITELLM_MASTER_KEY: "sk-Env_7hM2vQ9xRkP4wZ8tLs3N",
      DATABASE_URL: "postgres://u@h/d",
      SHIN_ENCRYPTION_KEY: "07".repeat(32),
      SHIN_AUDIT_KEY: "08".repeat(32),
    };
    expect(warnings(null, { env: vercel })).toContain(`env on Vercel: ${SENTENCE}`);
    expect(configOf(null, { env: vercel }).serverless).toBe(true);
    expect(warnings(null, { env: { ...vercel, ...UPSTASH } }).join()).not.toContain("limits are counted");
  });
});

describe("throttle", () => {
  it("changes policies by name, and switches them off", () => {
    const { throttle } = configOf("general_settings: { throttle: { key_api: 30/10s, sign_in: off } }");
    expect(throttle.key_api).toEqual({ limit: 30, windowMs: 10_000 });
    expect(throttle.sign_in).toBeNull();
    expect(throttle.authentication).toMatchObject({ limit: 100, windowMs: 60_000 });
  });

  it("refuses names and limits that mean nothing", () => {
    expect(faults("general_settings: { throttle: { key_apis: 1/1m, set_up: 5, sign_in: 0/1m } }")).toEqual([
      'config.yaml:1:43 throttle: there is no policy "key_apis" — did you mean "key_api"?',
      "config.yaml:1:57 throttle: set_up: 5 is not a limit — write 600/1m (at most a day) or off",
      'config.yaml:1:69 throttle: sign_in: "0/1m" is not a limit — write 600/1m (at most a day) or off',
    ]);
  });
});
