/**
 * The one error of the start: something outside the gateway (folder, port, database, configuration) keeps it from
 * starting. Carries a sentence about what is wrong and a sentence about what to do; `banner.ts` prints both.
 */

const brand = Symbol.for("shin.start-error");

/** Names of the faults; the renderer and tests tell them apart by this, never by text. */
export type StartErrorCode =
  | "data_locked"
  | "data_unusable"
  | "database_binaries"
  | "database_failed"
  | "database_version"
  | "no_shared_store"
  | "store_away"
  | "worker_failed"
  | "backup_unusable"
  | "disk_full"
  | "port_in_use"
  | "config_unreadable"
  | "config_invalid"
  | "variable_missing";

const CONFIGURATION_FAULTS: readonly StartErrorCode[] = [
  "config_unreadable",
  "config_invalid",
  "variable_missing",
  "no_shared_store",
];

export interface StartErrorOptions {
  /** What to do, as a full sentence. */
  readonly advice: string;
  /** Lines that show the cause, such as the end of a server log. */
  readonly detail?: readonly string[];
  readonly cause?: unknown;
}

/** Thrown by everything that runs before the gateway listens. `exitCode` is 78 for configuration faults, else 1. */
export class StartError extends Error {
  readonly [brand] = true;
  readonly code: StartErrorCode;
  readonly advice: string;
  readonly detail: readonly string[];
  readonly exitCode: number;

  constructor(code: StartErrorCode, message: string, options: StartErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "StartError";
    this.code = code;
    this.advice = options.advice;
    this.detail = options.detail ?? [];
    this.exitCode = CONFIGURATION_FAULTS.includes(code) ? 78 : 1;
  }
}

/** True for a StartError, also one made by another copy of this module (Next's bundle loads its own). */
export function isStartError(error: unknown): error is StartError {
  return typeof error === "object" && error !== null && brand in error;
}

/** The `code` of a Node system error (`ENOENT`, `EACCES`, ...), or null. */
export function systemErrorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
