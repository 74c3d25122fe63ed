/** A gateway in process over a real database, spoken to as a mount would: requests in, answers out. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Clock } from "#lib/clock.ts";
import { systemClock } from "#lib/clock.ts";
import type { Config } from "#lib/config/config.ts";
import { loadConfig } from "#lib/config/load.ts";
import { departureOf, type GatewayRequest } from "#lib/gateway/http.ts";
import { type Log, silentLog } from "#lib/log.ts";
import type { ResolveHost } from "#lib/providers/guard.ts";
import { createRuntime, type Runtime } from "#lib/runtime.ts";
import { atEnd } from "./at-end.ts";
import { type TestDatabase, testDatabase } from "./postgres.ts";

export const MASTER_KEY = "sk-Test-master-key-0123456789-abcdef";

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers by name, and fail on what is not there
  readonly json: any;
}

export interface Call {
  /** Sent as a bearer token; the master key by default, null for none. */
  readonly key?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly peer?: string;
  readonly signal?: AbortSignal;
}

export interface TestGateway {
  readonly runtime: Runtime;
  readonly database: TestDatabase;
  readonly call: (method: string, path: string, call?: Call) => Promise<Answer>;
  /** Makes a key and gives its secret. */
  readonly newKey: (fields?: Record<string, unknown>) => Promise<string>;
  readonly reload: (yaml: string) => Promise<void>;
}

export interface TestGatewayOptions {
  /** config.yaml; without it the demo models answer. */
  readonly yaml?: string;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly log?: Log;
  readonly database?: TestDatabase;
  readonly env?: Record<string, string>;
  /** Where names of models made through the API lead; without it the machine's resolver says. */
  readonly resolve?: ResolveHost;
}

/** Reads a configuration text as a file would be. @throws when it has faults */
export function configOf(yaml: string, env: Record<string, string> = {}): Config {
  const file = "/test/config.yaml";
  const { config, problems } = loadConfig({
    env: { LITELLM_MASTER_KEY: MASTER_KEY, ...env },
    cwd: "/test",
    file: yaml === "" ? null : file,
    readFile: (name) => (name === file ? yaml : null),
    now: new Date(),
  });
  if (!config) throw new Error(problems.map((problem) => problem.message).join("\n"));
  return config;
}

/** Opens a gateway that is closed with the test or the file that asked for it. */
export async function testGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const database = options.database ?? (await testDatabase());
  const folder = await mkdtemp(path.join(tmpdir(), "shin-test-"));
  const runtime = await createRuntime({
    config: configOf(options.yaml ?? "", options.env),
    database: database.options,
    journalFolder: path.join(folder, "journal"),
    instance: { id: "ins_test", boot: 1 },
    pseudonymKey: "test pseudonym key",
    version: "test",
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    log: options.log ?? silentLog,
    ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
  });
  atEnd(async () => {
    await runtime.close();
    await rm(folder, { recursive: true, force: true });
  });
  const call = (method: string, url: string, given: Call = {}) => send(runtime, method, url, given);
  return {
    runtime,
    database,
    call,
    newKey: async (fields = {}) => {
      const { status, json, text } = await call("POST", "/key/generate", { body: fields });
      if (status !== 200) throw new Error(text);
      return json.key;
    },
    reload: (yaml) => runtime.apply(configOf(yaml, options.env)),
  };
}

async function send(runtime: Runtime, method: string, url: string, given: Call): Promise<Answer> {
  const { key = MASTER_KEY, body, headers = {}, peer = "127.0.0.1", signal } = given;
  const all = new Headers(headers);
  if (key !== null && !all.has("authorization")) all.set("authorization", `Bearer ${key}`);
  const bytes = Buffer.from(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body));
  const request: GatewayRequest = {
    method,
    url,
    headers: all,
    peer,
    departure: departureOf(signal ?? new AbortController().signal),
    bytes: async () => bytes,
  };
  const answer = await runtime.gateway.handle(request);
  let text = "";
  if (typeof answer.body === "string" || Buffer.isBuffer(answer.body)) text = answer.body.toString();
  else for await (const chunk of answer.body) text += chunk.toString();
  return {
    status: answer.status,
    headers: toRecord(answer.headers),
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}

/** Header lists as tests look into them. */
export function toRecord(list: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i < list.length; i += 2) headers[list[i] ?? ""] = list[i + 1] ?? "";
  return headers;
}
