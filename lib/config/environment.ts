/** The environment: which variables are read, what they must look like, and the `.env` files that add to them. */
import { parseEnv } from "node:util";
import { CALLBACK_VARIABLES } from "./callback-settings.ts";
import type { LogLevel } from "./config.ts";
import { CONSOLE_VARIABLES, type ConsoleSettings, readConsoleEnvironment } from "./console-environment.ts";
import type { Environment } from "./environment-reference.ts";
import { logLevel } from "./general-settings.ts";
import { databaseUrlFault } from "./network.ts";
import { OPERATE_VARIABLES, type OperateEnvironment, readOperateEnvironment } from "./operate-environment.ts";
import { wholeNumber } from "./parsers.ts";
import type { Reporter } from "./problems.ts";
import type { Parser } from "./setting.ts";
import { redisUrlFault } from "./store-settings.ts";

/** Every variable that is read, for the documentation. */
export const VARIABLES: readonly { name: string; default: string; doc: string }[] = [
  { name: "PORT", default: "4000", doc: "Port to listen on; 0 takes a free one." },
  { name: "HOST", default: "127.0.0.1", doc: "Address to listen on; 0.0.0.0 for all." },
  { name: "SHIN_CONFIG", default: "./config.yaml if present", doc: "The configuration file." },
  {
    name: "SHIN_DATA_DIR",
    default: "./.data",
    doc: "Folder for the embedded database, the journal and generated secrets.",
  },
  {
    name: "LITELLM_MASTER_KEY",
    default: "made on the first start",
    doc: "The master key; SHIN_MASTER_KEY is the same.",
  },
  { name: "SHIN_MASTER_KEY", default: "as LITELLM_MASTER_KEY", doc: "The other name of LITELLM_MASTER_KEY." },
  {
    name: "LITELLM_MASTER_KEY_PREVIOUS",
    default: "none",
    doc: "The old master key, accepted while a rotation lasts. SHIN_MASTER_KEY_PREVIOUS is the same.",
  },
  {
    name: "LITELLM_MASTER_KEY_PREVIOUS_EXPIRES_AT",
    default: "required with the above",
    doc: "When the old key ends, such as 2026-11-30T12:00:00Z; at most 7 days ahead.",
  },
  {
    name: "DATABASE_URL",
    default: "the embedded PostgreSQL",
    doc: "PostgreSQL 14 or newer; wins over database_url.",
  },
  {
    name: "REDIS_URL",
    default: "none",
    doc: "redis:// or rediss:// (TLS): Redis or Valkey, in which several processes count limits together; wins over redis_url.",
  },
  {
    name: "UPSTASH_REDIS_REST_URL",
    default: "none",
    doc: "Upstash Redis over REST, in place of REDIS_URL; needs UPSTASH_REDIS_REST_TOKEN.",
  },
  { name: "UPSTASH_REDIS_REST_TOKEN", default: "none", doc: "The token of UPSTASH_REDIS_REST_URL." },
  {
    name: "SHIN_ENCRYPTION_KEY",
    default: "made on the first start",
    doc: "32 bytes as 64 hex digits or base64; encrypts stored provider keys. Keep it: nothing can be read without it.",
  },
  {
    name: "SHIN_AUDIT_KEY",
    default: "made on the first start",
    doc: "32 bytes as 64 hex digits or base64; signs the heads of the audit log (Ed25519). The same on every instance.",
  },
  {
    name: "SHIN_WORKERS",
    default: "1",
    doc: "Processes that serve on the one port; more than one need a Redis or Upstash.",
  },
  {
    name: "LOG_LEVEL",
    default: "log_level",
    doc: "trace, debug, info, warn or error; wins over log_level. LITELLM_LOG is the same.",
  },
  {
    name: "NODE_ENV",
    default: "none",
    doc: "production: weak master keys are refused, demo models are off.",
  },
  ...OPERATE_VARIABLES,
  ...CALLBACK_VARIABLES,
  ...CONSOLE_VARIABLES,
];

export interface EnvironmentSettings extends OperateEnvironment {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly workers: number;
  readonly masterKey: string | null;
  readonly previousMasterKey: string | null;
  readonly previousMasterKeyExpiresAt: Date | null;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly upstash: { readonly url: string; readonly token: string } | null;
  /** 64 hex digits. */
  readonly encryptionKey: string | null;
  /** 64 hex digits. */
  readonly auditKey: string | null;
  readonly logLevel: LogLevel | null;
  readonly production: boolean;
  readonly console: ConsoleSettings;
}

const LONGEST_ROTATION_MS = 7 * 86_400_000;

/** Merges `.env` texts under the real environment; earlier texts beat later ones. */
export function mergeDotEnv(env: Environment, texts: readonly string[]): Environment {
  const merged: Record<string, string | undefined> = {};
  for (const text of [...texts].reverse()) Object.assign(merged, parseEnv(text));
  for (const [name, value] of Object.entries(env)) if (value !== undefined) merged[name] = value;
  return merged;
}

/** Reads the variables of DESIGN.md section 9; faults go to `report` with the environment as their place. */
export function readEnvironment(env: Environment, now: Date, report: Reporter): EnvironmentSettings {
  const variable = (name: string): string | null => {
    const value = Object.hasOwn(env, name) ? env[name]?.trim() : undefined;
    return value === undefined || value === "" ? null : value;
  };
  const read = <T>(name: string, parser: Parser<T>): T | null => {
    const value = variable(name);
    if (value === null) return null;
    const place = { file: "env", line: 1, column: 1 };
    const fault = (message: string): undefined => void report.error(null, `${name}: ${message}`);
    return parser.parse({ kind: "scalar", place, value, text: value }, fault) ?? null;
  };
  const either = (name: string, other: string): string | null => {
    const [first, second] = [variable(name), variable(other)];
    if (first !== null && second !== null && first !== second) {
      report.error(null, `${name} and ${other} are both set and differ — keep one of the two`);
    }
    return first ?? second;
  };

  const masterKey = either("LITELLM_MASTER_KEY", "SHIN_MASTER_KEY");
  const databaseUrl = variable("DATABASE_URL");
  const wrongUrl = databaseUrl === null ? null : databaseUrlFault(databaseUrl);
  if (wrongUrl !== null) report.error(null, `DATABASE_URL: ${wrongUrl}`);
  const host = variable("HOST") ?? "127.0.0.1";
  if (!/^[A-Za-z0-9._:%-]+$/.test(host))
    report.error(null, `HOST: ${JSON.stringify(host)} is not an address`);

  const port = read("PORT", wholeNumber({ max: 65_535 })) ?? 4_000;
  const workers = read("SHIN_WORKERS", wholeNumber({ min: 1, max: 64 })) ?? 1;
  return {
    port,
    host,
    dataDir: variable("SHIN_DATA_DIR") ?? ".data",
    workers,
    masterKey,
    ...readPrevious(either, variable, masterKey, now, report),
    databaseUrl,
    ...readStores(variable, report),
    encryptionKey: readKey("SHIN_ENCRYPTION_KEY", variable, report),
    auditKey: readKey("SHIN_AUDIT_KEY", variable, report),
    ...readOperateEnvironment(variable, report),
    logLevel: read("LOG_LEVEL", logLevel) ?? read("LITELLM_LOG", logLevel),
    production: variable("NODE_ENV")?.toLowerCase() === "production",
    console: readConsoleEnvironment(env, report),
  };
}

function readPrevious(
  either: (name: string, other: string) => string | null,
  variable: (name: string) => string | null,
  masterKey: string | null,
  now: Date,
  report: Reporter,
): Pick<EnvironmentSettings, "previousMasterKey" | "previousMasterKeyExpiresAt"> {
  const nothing = { previousMasterKey: null, previousMasterKeyExpiresAt: null };
  const name = "LITELLM_MASTER_KEY_PREVIOUS";
  const expiryName =
    variable(`${name}_EXPIRES_AT`) === null && variable("SHIN_MASTER_KEY_PREVIOUS_EXPIRES_AT") !== null
      ? "SHIN_MASTER_KEY_PREVIOUS_EXPIRES_AT"
      : `${name}_EXPIRES_AT`;
  const previous = either(name, "SHIN_MASTER_KEY_PREVIOUS");
  const expiry = variable(expiryName);
  if (previous === null) {
    if (expiry !== null) report.warning(null, `${expiryName} has no effect without ${name}`);
    return nothing;
  }
  if (previous === masterKey) report.error(null, `${name} is the same as LITELLM_MASTER_KEY — remove it`);
  if (expiry === null) {
    report.error(null, `${name} needs ${expiryName}, such as ${sampleExpiry(now)}`);
    return nothing;
  }
  const expiresAt = readInstant(expiry);
  if (expiresAt === null) {
    report.error(
      null,
      `${expiryName}: ${JSON.stringify(expiry)} is not a time with a zone — write ${sampleExpiry(now)}`,
    );
    return nothing;
  }
  if (expiresAt.getTime() - now.getTime() > LONGEST_ROTATION_MS) {
    report.error(null, `${expiryName} is more than 7 days ahead — an old master key may live 7 days at most`);
  }
  if (expiresAt <= now) {
    report.warning(
      null,
      `${name} ended at ${expiresAt.toISOString()} and is not accepted any more — remove it`,
    );
    return nothing;
  }
  return { previousMasterKey: previous, previousMasterKeyExpiresAt: expiresAt };
}

function readStores(
  variable: (name: string) => string | null,
  report: Reporter,
): Pick<EnvironmentSettings, "redisUrl" | "upstash"> {
  const redisUrl = variable("REDIS_URL");
  const wrong = redisUrl === null ? null : redisUrlFault(redisUrl);
  if (wrong !== null) report.error(null, `REDIS_URL: ${wrong}`);
  const [urlName, tokenName] = ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"] as const;
  const [url, token] = [variable(urlName), variable(tokenName)];
  if ((url === null) !== (token === null))
    report.error(
      null,
      `${url === null ? tokenName : urlName} needs ${url === null ? urlName : tokenName} — set both or neither`,
    );
  if (url !== null && !/^https?:\/\/[^\s/@]+\/?$/.test(url))
    report.error(null, `${urlName} is not the address of an Upstash Redis — write https://name.upstash.io`);
  const upstash = url === null || token === null ? null : { url: url.replace(/\/$/, ""), token };
  return { redisUrl, upstash };
}

function readInstant(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return null;
  const instant = new Date(text);
  return Number.isNaN(instant.getTime()) ? null : instant;
}

function sampleExpiry(now: Date): string {
  return new Date(now.getTime() + 86_400_000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** 32 bytes, as 64 hex digits. */
function readKey(name: string, variable: (name: string) => string | null, report: Reporter): string | null {
  const value = variable(name);
  if (value === null) return null;
  if (/^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
  const bytes = /^[A-Za-z0-9+/_-]+={0,2}$/.test(value) ? Buffer.from(value, "base64") : Buffer.alloc(0);
  if (bytes.length === 32) return bytes.toString("hex");
  report.error(null, `${name} must be 32 bytes as 64 hex digits or base64 — make one: openssl rand -hex 32`);
  return null;
}
