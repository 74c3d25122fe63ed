/** Where records of calls are sent: the settings and variables of callbacks -> destinations that are whole. */
import type { CallbackSettings } from "./callback-settings.ts";
import type { Environment } from "./environment-reference.ts";
import type { Reporter } from "./problems.ts";

export const CALLBACK_KINDS = ["webhook", "langfuse", "s3", "clickhouse"] as const;
export type CallbackKind = (typeof CALLBACK_KINDS)[number];

interface Common {
  /** Which calls: those that went well, the others, or all. */
  readonly outcomes: "ok" | "not ok" | "all";
}

export interface WebhookDestination extends Common {
  readonly kind: "webhook";
  readonly url: string;
  /** Null: what is sent is not signed. */
  readonly secret: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface LangfuseDestination extends Common {
  readonly kind: "langfuse";
  readonly url: string;
  readonly publicKey: string;
  readonly secretKey: string;
}

export interface S3Destination extends Common {
  readonly kind: "s3";
  readonly bucket: string;
  readonly region: string;
  /** Null: Amazon's own. */
  readonly endpoint: string | null;
  /** The bucket stands in the path, not in the host's name. */
  readonly pathStyle: boolean;
  /** Begins every object's name; empty, or with a slash at its end. */
  readonly prefix: string;
  readonly flushMs: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
}

export interface ClickhouseDestination extends Common {
  readonly kind: "clickhouse";
  readonly url: string;
  readonly database: string;
  readonly table: string;
  readonly username: string;
  readonly password: string;
}

export type CallbackDestination =
  | WebhookDestination
  | LangfuseDestination
  | S3Destination
  | ClickhouseDestination;

/** LiteLLM's further names for the same. */
const SPELLINGS: Readonly<Record<string, CallbackKind>> = {
  generic_api: "webhook",
  generic: "webhook",
  s3_v2: "s3",
};
/** Every name that is acted on here. */
export const CALLBACK_NAMES: readonly string[] = [...CALLBACK_KINDS, ...Object.keys(SPELLINGS)];
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SHORTEST_SECRET = 16;
const LONGEST_FLUSH_S = 3_600;

export interface CallbackParts {
  readonly settings: CallbackSettings;
  readonly env: Environment;
  readonly report: Reporter;
}

/** Destinations that lack something get a warning and no records: the gateway serves all the same. */
export function decideCallbacks({ env, report, settings }: CallbackParts): readonly CallbackDestination[] {
  const wanted = new Map<CallbackKind, Common["outcomes"]>();
  const want = (names: readonly string[], of: Common["outcomes"]) => {
    for (const name of names) {
      const kind = CALLBACK_KINDS.find((one) => one === name) ?? SPELLINGS[name];
      if (kind !== undefined) wanted.set(kind, (wanted.get(kind) ?? of) === of ? of : "all");
    }
  };
  want(settings.successCallbacks, "ok");
  want(settings.failureCallbacks, "not ok");
  want(settings.callbacks, "all");
  return [...wanted].flatMap(([kind, outcomes]) => {
    const lacking: string[] = [];
    const made = READ[kind](sourceOf(settings, kind, env, lacking), outcomes);
    if (lacking.length === 0) return [made];
    report.warning(null, `callbacks: ${kind} gets nothing: ${lacking.join(", ")}`);
    return [];
  });
}

interface Source {
  /** Of the parameters, else of the variable, else the default; what is needed and absent is noted. */
  text(name: string, variable: string | null, otherwise?: string): string;
  /** Notes what is wrong unless it holds. */
  check(holds: boolean, wrong: string): void;
  readonly params: Readonly<Record<string, unknown>>;
  readonly env: Environment;
}

function sourceOf(
  settings: CallbackSettings,
  kind: CallbackKind,
  env: Environment,
  lacking: string[],
): Source {
  const params =
    {
      webhook: settings.webhookParams,
      s3: settings.s3Params,
      clickhouse: settings.clickhouseParams,
      langfuse: null,
    }[kind] ?? {};
  return {
    params,
    env,
    text: (name, variable, otherwise) => {
      const given = params[name];
      const own = given === undefined || given === null ? "" : String(given).trim();
      const value = own || (variable === null ? "" : (env[variable]?.trim() ?? "")) || otherwise;
      if (value !== undefined) return value;
      const member = kind === "langfuse" ? [] : [`${name} of ${kind}_callback_params`];
      const names = variable === null ? member : [...member, variable];
      lacking.push(`${names.join(" or ")} is not set`);
      return "";
    },
    check: (holds, wrong) => {
      if (!holds && lacking.length === 0) lacking.push(wrong);
    },
  };
}

const READ: {
  readonly [K in CallbackKind]: (source: Source, outcomes: Common["outcomes"]) => CallbackDestination;
} = {
  webhook: (source, outcomes) => {
    const url = address(source, "url", "GENERIC_LOGGER_ENDPOINT");
    const secret = source.text("secret", null, "") || null;
    source.check(
      secret === null || secret.length >= SHORTEST_SECRET,
      `its secret is shorter than ${SHORTEST_SECRET} characters`,
    );
    return { kind: "webhook", outcomes, url, secret, headers: headersOf(source) };
  },
  langfuse: (source, outcomes) => ({
    kind: "langfuse",
    outcomes,
    publicKey: source.text("public_key", "LANGFUSE_PUBLIC_KEY"),
    secretKey: source.text("secret_key", "LANGFUSE_SECRET_KEY"),
    url: address(source, "host", "LANGFUSE_HOST", "https://cloud.langfuse.com"),
  }),
  s3: (source, outcomes) => {
    const bucket = source.text("s3_bucket_name", null);
    source.check(/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/.test(bucket), "s3_bucket_name is not a bucket's name");
    const endpoint =
      source.text("s3_endpoint_url", null, "") === "" ? null : address(source, "s3_endpoint_url", null);
    const path = source.text("s3_path", null, "").replace(/^\/+|\/+$/g, "");
    const seconds = Number(source.text("s3_flush_interval", null, "60"));
    source.check(seconds >= 1 && seconds <= LONGEST_FLUSH_S, "s3_flush_interval is not 1 to 3600 seconds");
    const style = source.params["s3_path_style"] ?? (endpoint !== null || bucket.includes("."));
    return {
      kind: "s3",
      outcomes,
      bucket,
      endpoint,
      region: source.text("s3_region_name", "AWS_REGION", "us-east-1"),
      pathStyle: String(style) === "true",
      prefix: path === "" ? "" : `${path}/`,
      flushMs: seconds * 1_000,
      accessKeyId: source.text("s3_aws_access_key_id", "AWS_ACCESS_KEY_ID"),
      secretAccessKey: source.text("s3_aws_secret_access_key", "AWS_SECRET_ACCESS_KEY"),
      sessionToken: source.text("s3_aws_session_token", "AWS_SESSION_TOKEN", "") || null,
    };
  },
  clickhouse: (source, outcomes) => {
    const database = source.text("database", null, "default");
    const table = source.text("table", null, "shin_calls");
    source.check(
      IDENTIFIER.test(database) && IDENTIFIER.test(table),
      "database and table must be plain names",
    );
    return {
      kind: "clickhouse",
      outcomes,
      url: address(source, "url", null),
      database,
      table,
      username: source.text("username", null, "default"),
      password: source.text("password", null, ""),
    };
  },
};

function address(source: Source, name: string, variable: string | null, otherwise?: string): string {
  const url = source.text(name, variable, otherwise);
  const fits = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  source.check(url === "" || fits, `its ${name} is not an address that begins with https:// or http://`);
  source.check(
    !fits || new URL(url).username === "",
    `its ${name} holds a password: give it by its own name`,
  );
  return url;
}

/** `headers` of the parameters, or GENERIC_LOGGER_HEADERS: `Name=value,Name=value`. */
function headersOf(source: Source): Record<string, string> {
  const { headers } = source.params;
  const pairs =
    typeof headers === "object" && headers !== null
      ? Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
      : (source.env["GENERIC_LOGGER_HEADERS"] ?? "").split(",").flatMap((pair) => {
          const at = pair.indexOf("=");
          return at < 1 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const];
        });
  const fit = pairs.every(
    ([name, value]) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value),
  );
  source.check(fit, "its headers cannot be sent");
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
}
