/** The person that an export is about, and the names under which they stand in the database. */
import type { AuditSealer } from "../../audit/sealer.ts";
import { pseudonym } from "../anonymise.ts";

export type SubjectKind = "user" | "end_user";

export interface ExportSubject {
  readonly kind: SubjectKind;
  readonly id: string;
  /** `id` first; then what `anonymize_logs` writes in its place, and what the audit log does. */
  readonly ids: readonly string[];
  /** Opens what the audit log holds sealed; without it rows stay as they are. */
  readonly open?: <T>(rows: readonly T[]) => Promise<T[]>;
}

/** After an erasure nothing leads from the id to the pseudonyms any more. */
export async function exportSubject(
  deps: { readonly auditSealer: AuditSealer; readonly pseudonymKey: string },
  kind: SubjectKind,
  id: string,
): Promise<ExportSubject> {
  const sealed = await deps.auditSealer.pseudonymsOf([{ kind, id }]);
  const ids = [id, pseudonym(id, deps.pseudonymKey), ...sealed];
  return { kind, id, ids, open: (rows) => deps.auditSealer.opened(rows) };
}
