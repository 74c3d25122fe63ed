/** The variables of operating: what opens backups, what lets a scheduler in, and where traces and logs go. */
import type { Reporter } from "./problems.ts";
import {
  readTelemetryEnvironment,
  TELEMETRY_VARIABLES,
  type TelemetryEnvironment,
} from "./telemetry-environment.ts";

export const OPERATE_VARIABLES = [
  {
    name: "SHIN_BACKUP_PASSPHRASE",
    default: "none: backups are sealed with SHIN_ENCRYPTION_KEY",
    doc: "Seals backups with a passphrase of 16 characters or more instead, so that one can be opened without the gateway's own key.",
  },
  {
    name: "CRON_SECRET",
    default: "none: GET /cron/* answers 404",
    doc: "What a scheduler shows as its bearer token to GET /cron/*, at least 16 characters. Vercel sends it by itself.",
  },
  ...TELEMETRY_VARIABLES,
] as const;

const SHORTEST = 16;

export interface OperateEnvironment {
  readonly backupPassphrase: string | null;
  readonly cronSecret: string | null;
  readonly telemetry: TelemetryEnvironment;
}

export function readOperateEnvironment(
  variable: (name: string) => string | null,
  report: Reporter,
): OperateEnvironment {
  const secret = (name: (typeof OPERATE_VARIABLES)[number]["name"]) => {
    const value = variable(name);
    if (value !== null && value.length < SHORTEST)
      report.error(null, `${name} is shorter than ${SHORTEST} characters — make one: openssl rand -hex 32`);
    return value;
  };
  return {
    backupPassphrase: secret("SHIN_BACKUP_PASSPHRASE"),
    cronSecret: secret("CRON_SECRET"),
    telemetry: readTelemetryEnvironment(variable, report),
  };
}
