/** The person that an export is about, and the names under which they stand in the database. */
import { pseudonym } from "../anonymise.ts";

export type SubjectKind = "user" | "end_user";

export interface ExportSubject {
  readonly kind: SubjectKind;
  readonly id: string;
  /** `id` first; an end user stands as a pseudonym in what was recorded while `anonymize_logs` was on. */
  readonly ids: readonly string[];
}

/** @param pseudonymKey keys the pseudonyms of `anonymize_logs` */
export function exportSubject(kind: SubjectKind, id: string, pseudonymKey: string): ExportSubject {
  return { kind, id, ids: kind === "user" ? [id] : [id, pseudonym(id, pseudonymKey)] };
}
