/**
 * Our gateway as it is used: everything switched on, a virtual key with rpm, tpm and a budget, records in a real database.
 * Limits are far away, so they are checked and taken on each call and never refuse one.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Ledger, openLedger } from "./ledger.ts";
import { answersOk, freePort, waitUntilReady } from "./readiness.ts";
import type { Stage } from "./stage.ts";
import { PLAIN_KEY, type Subjects } from "./subjects.ts";
import type { Target } from "./target.ts";
import { INPUT_COST_PER_TOKEN, MODEL, OUTPUT_COST_PER_TOKEN } from "./workload.ts";

export interface GatewaySpec {
  readonly name: string;
  /** The checkout whose server.ts is started. */
  readonly checkout: string;
  readonly upstream: Target;
  readonly ledgerAcknowledge: "commit" | "journal";
  /** Absent: the embedded database. */
  readonly databaseUrl?: string;
  /** What is started in the checkout; `node server.ts` when absent. */
  readonly command?: (port: number) => { readonly command: string; readonly args: readonly string[] };
  /** Whose limits and budgets its calls stand under; `PLAIN_KEY` when absent. */
  readonly subjects?: Subjects;
  /** Settings besides those that every gateway gets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Builds and installations may come first. */
  readonly readyTimeoutMs?: number;
}

export interface Gateway extends Target {
  readonly ledger: Ledger;
  /** From the start of its process until it answered that it is ready. */
  readonly startMs: number;
  /** Ends it before the stage does; resolves when it is gone. */
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;

/** Starts a gateway, makes its virtual key and opens its ledger. */
export async function startGateway(stage: Stage, spec: GatewaySpec): Promise<Gateway> {
  const subjects = spec.subjects ?? PLAIN_KEY;
  const folder = join(stage.folder, spec.name.replaceAll(/[^a-z0-9]+/gi, "-"));
  const dataFolder = join(folder, "data");
  mkdirSync(dataFolder, { recursive: true });
  chmodSync(folder, 0o711);
  const port = await freePort();
  const masterKey = `sk-Bench-${randomBytes(32).toString("base64url")}`;
  const environment = {
    PORT: String(port),
    HOST: "127.0.0.1",
    SHIN_CONFIG: join(folder, "config.yaml"),
    SHIN_DATA_DIR: dataFolder,
    LITELLM_MASTER_KEY: masterKey,
    // The Next mount has no data folder to make one in.
    SHIN_ENCRYPTION_KEY: randomBytes(32).toString("hex"),
    ...(await nodeOptionsOf(spec.checkout)),
    ...(spec.databaseUrl === undefined ? {} : { DATABASE_URL: spec.databaseUrl }),
    ...spec.environment,
  };
  writeFileSync(environment.SHIN_CONFIG, configYaml(spec, subjects));
  const { command, args } = spec.command?.(port) ?? { command: process.execPath, args: ["server.ts"] };
  const startedMs = performance.now();
  const started = stage.start({ label: spec.name, command, args, environment, folder: spec.checkout });
  const origin = `http://127.0.0.1:${port}`;
  await waitUntilReady(
    started,
    () => answersOk(`${origin}/health/readiness`),
    spec.readyTimeoutMs ?? READY_TIMEOUT_MS,
  );
  const startMs = performance.now() - startedMs;

  const admin = (path: string, body?: object): Promise<unknown> => callAdmin(origin + path, masterKey, body);
  for (const [path, body] of subjects.made) await admin(path, body);
  const made = await admin("/key/generate", subjects.key);
  const databaseUrl = spec.databaseUrl ?? (await embeddedDatabaseUrl(stage, spec, environment));
  const ledger = openLedger(databaseUrl, async () =>
    readField(await admin("/global/spend"), "spend", "number"),
  );
  stage.atEnd(() => ledger.close());
  return {
    name: spec.name,
    origin,
    headers: { Authorization: `Bearer ${readField(made, "key", "string")}`, ...subjects.headers },
    pid: started.pid,
    ledger,
    startMs,
    stop: () => started.stop(),
  };
}

/** As `npm start` of that checkout runs it; older ones had none. */
async function nodeOptionsOf(checkout: string): Promise<Record<string, string>> {
  const file = join(checkout, "scripts", "node-options.js");
  if (!existsSync(file)) return {};
  const { withNodeOptions } = (await import(file)) as {
    withNodeOptions: (env: Record<string, string>) => Record<string, string>;
  };
  return withNodeOptions({});
}

function configYaml(spec: GatewaySpec, subjects: Subjects): string {
  return `model_list:
  - model_name: ${MODEL}
    litellm_params:
      model: openai/${MODEL}
      api_base: ${spec.upstream.origin}/v1
      api_key: sk-upstream
      input_cost_per_token: ${INPUT_COST_PER_TOKEN.toFixed(9)}
      output_cost_per_token: ${OUTPUT_COST_PER_TOKEN.toFixed(9)}
${lines(subjects.deployment, 6)}
litellm_settings:
${lines(subjects.gateway, 2)}
router_settings:
${lines(subjects.router, 2)}
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
  ledger_acknowledge: ${spec.ledgerAcknowledge}
${lines(subjects.general, 2)}
`;
}

function lines(texts: readonly string[], indent: number): string {
  return texts.map((text) => " ".repeat(indent) + text).join("\n");
}

/** Only the gateway's own tool knows where the embedded database listens. */
async function embeddedDatabaseUrl(
  stage: Stage,
  spec: GatewaySpec,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const output = await stage.run({
    label: "shin db url",
    command: process.execPath,
    args: ["scripts/shin.js", "db", "url"],
    environment,
    folder: spec.checkout,
  });
  const url = output.split("\n").find((line) => /^postgres(ql)?:/.test(line));
  if (url === undefined) throw new Error(`\`shin db url\` printed no URL:\n${output}`);
  return url.trim();
}

async function callAdmin(url: string, masterKey: string, body?: object): Promise<unknown> {
  const answer = await fetch(url, {
    method: body ? "POST" : "GET",
    headers: { Authorization: `Bearer ${masterKey}`, "Content-Type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}

function readField(answer: unknown, name: string, type: "string"): string;
function readField(answer: unknown, name: string, type: "number"): number;
function readField(answer: unknown, name: string, type: "string" | "number"): unknown {
  const value: unknown =
    typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined;
  if (typeof value !== type)
    throw new Error(`The answer has no ${type} "${name}": ${JSON.stringify(answer)}`);
  return value;
}
