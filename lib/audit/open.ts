/** The audit log's own parts: what signs its heads, and what seals the people in its events. */
import type { Sql } from "#db/client.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { sha256Hex } from "./canonical.ts";
import { AuditSealer } from "./sealer.ts";
import { HeadSigner } from "./signer.ts";
import { signingKey } from "./signing-key.ts";

export interface AuditOptions {
  readonly sql: Sql;
  /** 64 hex digits; every start in the open has one of its own, one without is of tests. */
  readonly auditKey: string | null;
  readonly pseudonymKey: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Nothing is signed before `signer.start()`. */
export function openAudit({ auditKey, clock, log, pseudonymKey, sql }: AuditOptions): {
  readonly auditSigner: HeadSigner;
  readonly auditSealer: AuditSealer;
} {
  const seed = auditKey ?? sha256Hex(`audit key\n${pseudonymKey}`);
  return {
    auditSigner: new HeadSigner({ sql, key: signingKey(seed), clock, log }),
    auditSealer: new AuditSealer(sql, pseudonymKey),
  };
}
