/** Erasing a person: what is asked for, what it works with, and what comes out. */

import type { JobDeps } from "#lib/jobs/deps.ts";
import type { JobContext } from "#lib/jobs/job.ts";
import type { Certificate } from "./certificate.ts";
import type { DataSubject } from "./subject.ts";

/** The job's kind. Its input: an ErasureOrder. Its result: `{ certificate }`. */
export const ERASE_JOB = "privacy.erase";

export interface ErasureOrder {
  readonly subject: DataSubject;
  /** User id, or `master_key`. */
  readonly operator: string;
  /** The second person; null where none is asked for. */
  readonly approver: string | null;
  /** The privacy request that it answers. */
  readonly requestId: string | null;
}

/** Records by store (`spend_records`, `virtual_keys`, `log_file`, ...); stores with nothing are left out. */
export type Located = Readonly<Record<string, number>>;

/** @throws GatewayError legal_hold while a hold runs on the person */
export type RequireErasable = (deps: JobDeps, subject: DataSubject) => Promise<void>;
export type LocateSubject = (deps: JobDeps, subject: DataSubject) => Promise<Located>;
/** Idempotent from its cursor on. */
export type EraseSubject = (
  context: Pick<JobContext<JobDeps>, "deps" | "cursor" | "progress" | "signal">,
  order: ErasureOrder,
) => Promise<Certificate>;
