/**
 * The process's one runtime. On a serverless platform the first request builds it from the environment: DATABASE_URL and
 * every secret must be given. Under server.ts there is something already, put by the native copy of this code: in the
 * console's own process what pages read, and in development, where one process is all, the runtime itself.
 */
import pino from "pino";
import { systemClock } from "../clock.ts";
import { renderProblems } from "../config/problems.ts";
import { loadProcessConfig } from "../config/process.ts";
import { newId } from "../ids.ts";
import { createLog } from "../log.ts";
import { createRuntime, type Runtime } from "../runtime.ts";
import { VERSION } from "../version.ts";
import type { ConsoleDeps } from "./console-deps.ts";

const SLOT = Symbol.for("shin.runtime");

const CONSOLE = Symbol.for("shin.console");

const OWN_SERVER = Symbol.for("shin.own-server");

interface Slot {
  [SLOT]?: Promise<Runtime>;
  [CONSOLE]?: ConsoleDeps;
  [OWN_SERVER]?: boolean;
}

/** Makes a runtime the process's own; its server stands in front of Next and stamps the peer's address. */
export function shareRuntime(runtime: Runtime): void {
  Object.assign(globalThis, { [SLOT]: Promise.resolve(runtime), [OWN_SERVER]: true });
}

/** Makes this process the console alone: it has no gateway, and pages read this. */
export function shareConsole(deps: ConsoleDeps): void {
  Object.assign(globalThis, { [CONSOLE]: deps, [OWN_SERVER]: true });
}

/** True when our own server.ts took the connection. */
export function isBehindOwnServer(): boolean {
  return (globalThis as Slot)[OWN_SERVER] === true;
}

/** What pages read, wherever they are made. */
export async function gatewayRuntime(): Promise<{ readonly deps: ConsoleDeps }> {
  const deps = (globalThis as Slot)[CONSOLE];
  return deps === undefined ? wholeRuntime() : { deps };
}

/** True in the console's own process, which serves no call. */
export function isConsoleAlone(): boolean {
  return (globalThis as Slot)[CONSOLE] !== undefined;
}

export function wholeRuntime(): Promise<Runtime> {
  const slot = globalThis as Slot;
  slot[SLOT] ??= open().catch((error: unknown) => {
    // The next request tries again: a database that was away may be back.
    delete slot[SLOT];
    throw error;
  });
  return slot[SLOT];
}

async function open(): Promise<Runtime> {
  const { config, problems, shownFile } = loadProcessConfig();
  if (!config) throw new Error(renderProblems(problems, { checkFile: shownFile }));
  if (
    config.databaseUrl === null ||
    config.encryptionKey === null ||
    config.auditKey === null ||
    config.masterKey === null
  ) {
    throw new Error(
      "Without server.ts there is no data folder: set DATABASE_URL, LITELLM_MASTER_KEY, SHIN_ENCRYPTION_KEY and SHIN_AUDIT_KEY.",
    );
  }
  const log = createLog({
    level: config.logLevel,
    json: true,
    color: false,
    destination: pino.destination({ fd: 1, sync: true }),
  });
  // There is no banner here to show them.
  for (const problem of problems) log.warn(problem.message);
  return createRuntime({
    config,
    database: config.databaseUrl,
    journalFolder: null,
    instance: { id: newId("ins", Date.now()), boot: 1 },
    pseudonymKey: config.encryptionKey,
    version: VERSION,
    clock: systemClock,
    random: Math.random,
    log,
  });
}
