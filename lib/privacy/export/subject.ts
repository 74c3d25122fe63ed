/** The person that an export is about, and the names under which they stand in the database. */
import type { AuditSealer } from "../../audit/sealer.ts";
import { pseudonym } from "../anonymise.ts";

export type SubjectKind = "user" | "end_user";

export interface ExportSubject {
  readonly kind: SubjectKind;
  readonly id: string;
  /** `id` first; an end user stands as a pseudonym in what was recorded while `anonymize_logs` was on. */
  readonly ids: readonly string[];
  /** Opens what the audit log holds sealed; without it rows stay as they are. */
  readonly open?: <T>(rows: readonly T[]) => Promise<T[]>;
}

/** With the pseudonym under which the audit log names them, and the key to what it says. */
export async function withAudit(subject: ExportSubject, sealer: AuditSealer): Promise<ExportSubject> {
  const pseudonyms = await sealer.pseudonymsOf([subject]);
  return { ...subject, ids: [...subject.ids, ...pseudonyms], open: (rows) => sealer.opened(rows) };
}

/** @param pseudonymKey keys the pseudonyms of `anonymize_logs` */
export function exportSubject(kind: SubjectKind, id: string, pseudonymKey: string): ExportSubject {
  return { kind, id, ids: kind === "user" ? [id] : [id, pseudonym(id, pseudonymKey)] };
}
