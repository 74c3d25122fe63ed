/** `shin doctor`: looks at the machine and what the gateway leans on, changes nothing, and says what to do. */
import { loadConfig } from "../config/load.ts";
import { readFileIfPresent } from "../config/process.ts";
import { type Finding, fault, ok } from "./doctor-finding.ts";
import {
  lookAtDisk,
  lookAtFiles,
  lookAtMasterKey,
  lookAtNames,
  lookAtNode,
  lookAtPort,
} from "./doctor-host.ts";
import { lookAtDatabase, lookAtStore } from "./doctor-services.ts";
import type { CliHost } from "./main.ts";

export interface DoctorOptions {
  readonly config?: string;
  readonly data?: string;
  readonly json: boolean;
}

/** Exit code when something was found. */
const FOUND = 3;

/** Prints what it sees. @returns 0 when all is well, 3 when something was found */
export async function runDoctor(
  options: DoctorOptions,
  host: Pick<CliHost, "env" | "now" | "out">,
): Promise<number> {
  const findings = await examine(options, host);
  const faults = findings.filter(({ state }) => state === "fault").length;
  host.out(
    options.json ? `${JSON.stringify({ healthy: faults === 0, findings })}\n` : render(findings, faults),
  );
  return faults === 0 ? 0 : FOUND;
}

async function examine(
  { config: file, data }: DoctorOptions,
  { env, now }: Pick<CliHost, "env" | "now">,
): Promise<readonly Finding[]> {
  const cwd = process.cwd();
  const { config, problems, shownFile } = loadConfig({
    env,
    cwd,
    readFile: readFileIfPresent,
    now: now(),
    ...(file === undefined ? {} : { file }),
    ...(data === undefined ? {} : { dataDir: data }),
  });
  const node = lookAtNode(process.versions.node);
  if (config === null) {
    const faults = problems.filter(({ severity }) => severity === "error");
    const check = shownFile === null ? "" : ` shin config check ${shownFile} shows where.`;
    return [
      node,
      ...faults.map(({ message }) =>
        fault("configuration", message, `Correct it; the rest is looked at then.${check}`),
      ),
    ];
  }
  return [
    node,
    ok("configuration", shownFile ?? "no file: the defaults and the environment"),
    lookAtMasterKey(config),
    ...(await lookAtFiles(config.dataDir, cwd)),
    await lookAtDisk(config.dataDir),
    await lookAtPort(config),
    ...(await lookAtNames(config)),
    ...(await lookAtDatabase(config, Date.now)),
    ...(await lookAtStore(config)),
  ];
}

const MARKS = { ok: "ok     ", fault: "FAULT  ", skipped: "-      " } as const;

function render(findings: readonly Finding[], faults: number): string {
  const lines = findings.map(({ advice, check, message, state }) => {
    const line = `${MARKS[state]}${check.padEnd(15)}${message}`;
    return advice === null ? line : `${line}\n       ${" ".repeat(15)}${advice}`;
  });
  const end = faults === 0 ? "Nothing to do." : `${faults} to look at.`;
  return `${lines.join("\n")}\n${end}\n`;
}
