/**
 * How a prompt and its answer are sealed: under a key of the row's own, which stands beside them under SHIN_ENCRYPTION_KEY.
 * Every sealing names the row and what it is, so that nothing moved to another row, or from prompt to answer, opens.
 */
import { randomBytes } from "node:crypto";
import { type Opened, open, seal } from "../secret-box.ts";
import type { StoredText } from "./stored-text.ts";

/** `call_contents.format`. */
export const FORMAT = 1;

export interface SealedContent {
  /** The row's key and the prompt, with a space between. */
  readonly sealedRequest: string;
  readonly sealedAnswer: string | null;
}

export interface Content {
  readonly request: StoredText;
  readonly answer: StoredText | null;
}

/** @throws RangeError when the key is no key; its message never holds it */
export function sealContent(keyHex: string, recordId: string, { answer, request }: Content): SealedContent {
  const own = randomBytes(32).toString("hex");
  const sealed = (part: Part, text: StoredText) => seal(own, contextOf(recordId, part), JSON.stringify(text));
  return {
    sealedRequest: `${seal(keyHex, contextOf(recordId, "key"), own)} ${sealed("request", request)}`,
    sealedAnswer: answer && sealed("answer", answer),
  };
}

/** Never throws for what is stored. */
export function openContent(
  keyHex: string,
  recordId: string,
  { sealedAnswer, sealedRequest }: SealedContent,
): (Content & { readonly kind: "open" }) | Exclude<Opened, { kind: "open" }> {
  const [wrapped = "", request = ""] = sealedRequest.split(" ");
  const own = open(keyHex, contextOf(recordId, "key"), wrapped);
  if (own.kind !== "open") return own;
  const text = (part: Part, sealed: string) => open(own.text, contextOf(recordId, part), sealed);
  const asked = text("request", request);
  const answered = sealedAnswer === null ? null : text("answer", sealedAnswer);
  if (asked.kind !== "open" || (answered !== null && answered.kind !== "open")) return { kind: "damaged" };
  return {
    kind: "open",
    request: JSON.parse(asked.text),
    answer: answered && JSON.parse(answered.text),
  };
}

type Part = "key" | "request" | "answer";

function contextOf(recordId: string, part: Part): string {
  return `call_contents:${recordId}:${part}`;
}
