/** The environment: what is read, what wins, and faults that are reported with the others under the place `env`. */
import { describe, expect, it, vi } from "vitest";
import { processOptions } from "#lib/config/process.ts";
import { configOf, faults, loadText, NOW, warnings } from "./load-text.ts";

const STRONG = "sk-Env_7hM2vQ9xRkP4wZ8tLs3N";
const OTHER = "sk-Old_3kL8pWq2nVb6yTc9Jd5F";

describe("defaults", () => {
  it("runs on nothing at all", () => {
    expect(loadText(null).problems).toEqual([]);
    expect(configOf(null)).toMatchObject({
      file: null,
      host: "127.0.0.1",
      port: 4000,
      workers: 1,
      dataDir: "/srv/shin/.data",
      masterKey: null,
      databaseUrl: null,
      embeddedDatabaseDir: null,
      logLevel: "info",
      production: false,
      maxRequestBytes: 20 * 1_048_576,
      budgetExceededStatus: 400,
      ledgerAcknowledge: "commit",
      drainTimeoutMs: 30_000,
      dbOutageGraceMs: 900_000,
      allowedIps: null,
      cors: { origins: [], credentials: false },
    });
  });
});

describe("variables", () => {
  it("are read", () => {
    const env = {
      PORT: "0",
      HOST: "0.0.0.0",
      SHIN_DATA_DIR: "/var/lib/shin",
      SHIN_WORKERS: "4",
      REDIS_URL: "redis://h:6379",
      LOG_LEVEL: "WARNING",
      NODE_ENV: "production",
      SHIN_MASTER_KEY: STRONG,
      DATABASE_URL: "postgresql://u:p@db/x",
      SHIN_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
      SHIN_AUDIT_KEY: "0A".repeat(32),
    };
    expect(configOf("general_settings: { log_level: debug }", { env })).toMatchObject({
      port: 0,
      host: "0.0.0.0",
      dataDir: "/var/lib/shin",
      workers: 4,
      logLevel: "warn",
      production: true,
      masterKey: STRONG,
      databaseUrl: "postgresql://u:p@db/x",
      encryptionKey: "07".repeat(32),
      auditKey: "0a".repeat(32),
    });
  });

  it("are all refused at once, beside the faults of the file, without their values", () => {
    const env = {
      PORT: "70000",
      SHIN_WORKERS: "many",
      LOG_LEVEL: "loud",
      HOST: "a b",
      DATABASE_URL: "mysql://u:s3cret@h/d",
      SHIN_ENCRYPTION_KEY: "s3cret",
    };
    const found = faults("litellm_settings: { rpm: x }", { env });
    expect(found).toEqual([
      'config.yaml:1:26 rpm: "x" is not a whole number',
      "env DATABASE_URL: is not a PostgreSQL URL — write postgresql://user:password@host:5432/name",
      'env HOST: "a b" is not an address',
      'env PORT: "70000" is too large — at most 65535',
      'env SHIN_WORKERS: "many" is not a whole number',
      "env SHIN_ENCRYPTION_KEY must be 32 bytes as 64 hex digits or base64 — make one: openssl rand -hex 32",
      'env LOG_LEVEL: "loud" is not one of trace, debug, info, warn, error',
    ]);
    expect(found.join()).not.toContain("s3cret");
  });

  it("count as not set when empty", () => {
    expect(configOf(null, { env: { PORT: "", LITELLM_MASTER_KEY: " " } })).toMatchObject({
      port: 4000,
      masterKey: null,
    });
  });

  it("name the file: SHIN_CONFIG, which must then exist", () => {
    expect(
      configOf(null, {
        env: { SHIN_CONFIG: "etc/shin.yaml" },
        files: { "etc/shin.yaml": "litellm_settings: { rpm: 5 }" },
      }),
    ).toMatchObject({
      file: "/srv/shin/etc/shin.yaml",
      globalLimits: { rpm: 5 },
    });
    expect(faults(null, { env: { SHIN_CONFIG: "etc/shin.yaml" } })).toEqual([
      "etc/shin.yaml there is no file etc/shin.yaml",
    ]);
  });
});

describe(".env", () => {
  it("is read beside the config file and in the working folder; the real environment wins", () => {
    const files = {
      ".env":
        "PORT=4001\nHOST=0.0.0.0\nSHIN_CONFIG=etc/shin.yaml\nSHIN_WORKERS=2 # two\nREDIS_URL=redis://h\n",
      "etc/.env": "PORT=4002\n",
      "etc/shin.yaml": "litellm_settings: { rpm: 5 }",
    };
    const config = configOf(null, { files, env: { HOST: "127.0.0.2" } });
    expect([config.port, config.host, config.workers, config.globalLimits.rpm]).toEqual([
      4002,
      "127.0.0.2",
      2,
      5,
    ]);
  });
});

describe("the master key", () => {
  it("is refused when two places say different things", () => {
    expect(faults(null, { env: { LITELLM_MASTER_KEY: STRONG, SHIN_MASTER_KEY: OTHER } })).toEqual([
      "env LITELLM_MASTER_KEY and SHIN_MASTER_KEY are both set and differ — keep one of the two",
    ]);
    expect(
      faults(`general_settings: { master_key: "${OTHER}" }`, { env: { LITELLM_MASTER_KEY: STRONG } }),
    ).toEqual([
      "config.yaml:1:33 master_key is not the LITELLM_MASTER_KEY of the environment — keep one of the two",
    ]);
    expect(configOf(null, { env: { LITELLM_MASTER_KEY: STRONG, SHIN_MASTER_KEY: STRONG } }).masterKey).toBe(
      STRONG,
    );
  });

  it("stops a start in production when weak, and is loud elsewhere", () => {
    const weak = { LITELLM_MASTER_KEY: "sk-1234" };
    expect(warnings(null, { env: weak })).toEqual([
      "env the master key is an example from a guide that anybody can read — make one: openssl rand -hex 32 (refused in production)",
    ]);
    expect(faults(null, { env: { ...weak, NODE_ENV: "production" } })).toHaveLength(1);
    expect(faults("general_settings: { environment: production }", { env: weak })).toHaveLength(1);
    expect(
      faults("general_settings: { production: true }", { env: { LITELLM_MASTER_KEY: "Short-1" } }),
    ).toEqual([
      "env the master key has 7 characters, at least 20 are needed — make one: openssl rand -hex 32",
    ]);
    expect(faults(null, { env: { LITELLM_MASTER_KEY: STRONG, NODE_ENV: "production" } })).toEqual([]);
  });

  it("is not the encryption key", () => {
    const hex = "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a1";
    expect(faults(null, { env: { LITELLM_MASTER_KEY: `sk-${hex}`, SHIN_ENCRYPTION_KEY: hex } })).toEqual([
      "env SHIN_ENCRYPTION_KEY is the master key — each secret needs its own",
    ]);
  });

  const previous = (expiresAt: string) => ({
    LITELLM_MASTER_KEY: STRONG,
    LITELLM_MASTER_KEY_PREVIOUS: OTHER,
    LITELLM_MASTER_KEY_PREVIOUS_EXPIRES_AT: expiresAt,
  });

  it("lets the previous one live for at most seven days", () => {
    const inSevenDays = "2026-11-30T12:00:00Z";
    const config = configOf(null, { env: previous(inSevenDays) });
    expect([config.previousMasterKey, config.previousMasterKeyExpiresAt]).toEqual([
      OTHER,
      new Date(inSevenDays),
    ]);
    expect(faults(null, { env: previous("2026-11-30T12:00:01Z") }).join()).toContain(
      "more than 7 days ahead",
    );
    expect(faults(null, { env: previous("tomorrow") }).join()).toContain(
      "is not a time with a zone — write 2026-11-24T12:00:00Z",
    );
    expect(faults(null, { env: previous("") }).join()).toContain(
      "needs LITELLM_MASTER_KEY_PREVIOUS_EXPIRES_AT",
    );
    expect(faults(null, { env: { ...previous(inSevenDays), LITELLM_MASTER_KEY: OTHER } }).join()).toContain(
      "is the same as",
    );
  });

  it("does not accept the previous one after its end", () => {
    const env = previous(NOW.toISOString());
    expect(configOf(null, { env }).previousMasterKey).toBeNull();
    expect(warnings(null, { env }).join()).toContain("is not accepted any more — remove it");
  });
});

describe("the database", () => {
  it("is the environment's, with a word when the file names another", () => {
    const yaml = "general_settings: { database_url: 'postgres://u:filepw@a/x' }";
    const env = { DATABASE_URL: "postgres://u:envpw@b/x" };
    expect(configOf(yaml, { env }).databaseUrl).toBe(env.DATABASE_URL);
    expect(warnings(yaml, { env })).toEqual([
      "config.yaml:1:35 DATABASE_URL of the environment is used; this database_url is another one",
    ]);
  });

  it("is required on Vercel, with the secrets", () => {
    expect(faults(null, { env: { VERCEL: "1" } })).toEqual([
      "env LITELLM_MASTER_KEY is required on Vercel",
      "env DATABASE_URL is required on Vercel: a PostgreSQL 14 or newer",
      "env SHIN_ENCRYPTION_KEY is required on Vercel — make one: openssl rand -hex 32",
      "env SHIN_AUDIT_KEY is required on Vercel — make one: openssl rand -hex 32",
    ]);
  });
});

it("what is written into the process's environment later is not the operator's word", () => {
  const given = processOptions().env["NODE_ENV"];
  vi.stubEnv("NODE_ENV", "production");
  vi.stubEnv("LITELLM_MASTER_KEY", "sk-somebody-else");
  try {
    expect(processOptions().env["NODE_ENV"]).toBe(given);
    expect(processOptions().env["LITELLM_MASTER_KEY"]).toBeUndefined();
    expect(processOptions({ overrides: { PORT: "4001" } }).env["PORT"]).toBe("4001");
  } finally {
    vi.unstubAllEnvs();
  }
});
