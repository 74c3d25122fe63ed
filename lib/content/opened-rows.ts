/** Rows of kept contents as the export of a person tells them: opened, under the names of what they are. */
import { openContent } from "./envelope.ts";
import type { StoredText } from "./stored-text.ts";

type Row = Readonly<Record<string, unknown>>;

/** Column -> what it is called once opened. */
export const OPENED_NAMES: Readonly<Record<string, string>> = {
  sealed_request: "request",
  sealed_answer: "answer",
};

/** A row that does not open says why in place of its text; one whose text is another person's has none. */
export function openedRows(encryptionKey: string | null, rows: readonly Row[]): Row[] {
  return rows.map(({ sealed_answer: answer, sealed_request: request, ...row }) => ({
    ...row,
    ...textsOf(encryptionKey, String(row["record_id"]), request, answer),
  }));
}

function textsOf(encryptionKey: string | null, id: string, request: unknown, answer: unknown): Row {
  if (typeof request !== "string") return { request: null, answer: null };
  const sealed = { sealedRequest: request, sealedAnswer: typeof answer === "string" ? answer : null };
  const opened = encryptionKey === null ? { kind: "otherKey" } : openContent(encryptionKey, id, sealed);
  if (opened.kind !== "open" || !("request" in opened)) return { request: UNREADABLE, answer: UNREADABLE };
  return { request: textOf(opened.request), answer: opened.answer && textOf(opened.answer) };
}

const UNREADABLE = "kept under an encryption key that this gateway no longer has, or damaged";

/** What was cut says so where it ends. */
export function textOf({ bytes, text, whole }: StoredText): string {
  return whole ? text : `${text}\n[cut: ${bytes} bytes in all]`;
}
