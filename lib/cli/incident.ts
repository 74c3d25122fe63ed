/** `shin incident`: over the admin API with the master key, or with `--offline` straight on the database. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { listFreezes, listIncidents } from "#db/queries/incidents.ts";
import { parseBody } from "../api-fields.ts";
import { type FreezeBody, freezeSchema, unfreezeSchema } from "../incident/schema.ts";
import { verifyEvidence } from "../incident/verify-evidence.ts";
import { freezeView, incidentView } from "../incident/view.ts";
import { StartError, systemErrorCode } from "../node/start-error.ts";
import type { DatabaseTarget } from "./database.ts";
import type { IncidentOptions } from "./incident-commands.ts";
import { offlineFreeze, offlineUnfreeze, withSql } from "./incident-offline.ts";
import type { CliHost } from "./main.ts";

const FINDINGS = 3;
const ANSWER_MS = 15_000;
type Json = Record<string, unknown>;

export async function runFreeze(
  body: Json,
  options: IncidentOptions,
  target: DatabaseTarget,
  host: CliHost,
): Promise<number> {
  const checked: FreezeBody = parseBody(freezeSchema, body);
  const answer = options.offline
    ? await offlineFreeze(target, checked, host.now().getTime())
    : await ask(options, target, host, "POST", "/incident/freeze", body);
  tell(
    host,
    options,
    answer,
    () => `frozen: ${text(answer["freeze_id"])} (incident ${text(answer["incident_id"])})\n`,
  );
  return 0;
}

export async function runUnfreeze(
  body: Json,
  options: IncidentOptions,
  target: DatabaseTarget,
  host: CliHost,
): Promise<number> {
  const checked = parseBody(unfreezeSchema, body);
  const answer = options.offline
    ? await offlineUnfreeze(target, checked, host.now().getTime())
    : await ask(options, target, host, "POST", "/incident/unfreeze", body);
  tell(host, options, answer, () => `lifted: ${text(answer["lifted"])}\n`);
  return 0;
}

/** Exit code 3 while something is frozen. */
export async function runStatus(
  options: IncidentOptions,
  target: DatabaseTarget,
  host: CliHost,
): Promise<number> {
  const answer = options.offline
    ? await withSql(target, async (sql) => ({ freezes: (await listFreezes(sql, null)).map(freezeView) }))
    : await ask(options, target, host, "GET", "/incident/status");
  const freezes = rows(answer["freezes"]);
  tell(host, options, answer, () =>
    freezes.length === 0
      ? "nothing is frozen\n"
      : freezes
          .map((one) => {
            const scope = one["scope"] as Json;
            return `${text(one["freeze_id"])}  ${text(scope["kind"])} ${text(scope["id"])}  since ${text(one["at"])} by ${text(one["by"])}: ${text(one["reason"])}\n`;
          })
          .join(""),
  );
  return freezes.length === 0 ? 0 : FINDINGS;
}

export async function runList(
  options: IncidentOptions,
  target: DatabaseTarget,
  host: CliHost,
): Promise<number> {
  const answer = options.offline
    ? await withSql(target, async (sql) => ({
        incidents: (await listIncidents(sql, { limit: 50, offset: 0 })).rows.map(incidentView),
      }))
    : await ask(options, target, host, "GET", "/incident/list");
  const incidents = rows(answer["incidents"]);
  tell(host, options, answer, () =>
    incidents.length === 0
      ? "no incidents\n"
      : incidents
          .map((one) => {
            const scope = one["scope"] as Json;
            const marks = [one["state"], one["drill"] ? "drill" : null, one["frozen"] ? "frozen" : null];
            return `${text(one["incident_id"])}  ${marks.filter(Boolean).join(", ")}  ${text(scope["label"])}  ${text(one["opened_at"])}  ${text(one["reason"])}\n`;
          })
          .join(""),
  );
  return 0;
}

export async function runVerify(
  file: string,
  { json, key }: { key?: string; json: boolean },
  host: CliHost,
): Promise<number> {
  const verdict = verifyEvidence(await readFile(file), key === undefined ? [] : [key]);
  if (json) host.out(`${JSON.stringify(verdict)}\n`);
  else if (!verdict.ok) host.out(`NOT WHOLE: ${verdict.fault}\n`);
  else {
    host.out(`incident ${verdict.incident}: every file and ${verdict.records} audit records are right\n`);
    if (key === undefined)
      host.out(
        `signed by key ${verdict.keyId}, which the file itself names: compare it with GET /audit/key, or pass --key\n`,
      );
  }
  return verdict.ok ? 0 : FINDINGS;
}

async function ask(
  options: IncidentOptions,
  target: DatabaseTarget,
  host: CliHost,
  method: "GET" | "POST",
  path: string,
  body?: Json,
): Promise<Json> {
  const origin = (options.url ?? `http://127.0.0.1:${host.env.PORT || "4000"}`).replace(/\/$/, "");
  const key = await masterKey(target, host);
  const advice = "Where the gateway does not answer, pass --offline: it then writes into the database.";
  let response: Response;
  try {
    response = await fetch(`${origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new StartError("database_failed", `the gateway at ${origin} cannot be reached`, {
      advice,
      cause: error,
    });
  }
  const answer: Json & { error?: { message?: string } } = await response.json();
  if (!response.ok)
    throw new Error(answer.error?.message ?? `the gateway answered ${response.status}. ${advice}`);
  return answer;
}

/** From the environment, or the data folder of this machine's gateway. */
async function masterKey(target: DatabaseTarget, host: CliHost): Promise<string> {
  const given = host.env.LITELLM_MASTER_KEY || host.env.SHIN_MASTER_KEY;
  if (given) return given;
  try {
    return (await readFile(join(resolve(target.dataDir), "secrets", "master-key"), "utf8")).trim();
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
    throw new StartError("database_failed", "no master key is known here", {
      advice: "Set LITELLM_MASTER_KEY, name the data folder with --data, or pass --offline.",
      cause: error,
    });
  }
}

function tell(host: CliHost, { json }: IncidentOptions, answer: Json, lines: () => string): void {
  host.out(json ? `${JSON.stringify(answer)}\n` : lines());
}

function rows(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return value === null || value === undefined ? "-" : String(value);
}
