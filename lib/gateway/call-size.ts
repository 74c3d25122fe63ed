/**
 * How much a call asks for, before anyone has counted: what its prompt comes to, and how many answers it is for. Whoever
 * means to pass a budget writes the body, so nothing that a provider bills may be left out here.
 */
import type { Endpoint } from "./endpoints.ts";
import { countElements, type Member } from "./json-scan.ts";

export interface PromptSize {
  /** An estimate. */
  readonly promptTokens: number;
  /** No tokenizer makes more of the prompt: a token is a byte at least. */
  readonly promptMost: number;
}

/** A picture or a file is no text: it counts as this many tokens, whatever its size. */
const ATTACHMENT_TOKENS = 1_000;
/** A data URL in a prompt shorter than this counts as text. */
const SHORTEST_DATA = 4 * ATTACHMENT_TOKENS;
/** Members that a provider reads besides the prompt itself. */
const PROMPT_PARTS = new Set(["tools", "functions", "suffix", "response_format", "prediction"]);

/** `"image_url":`, with any of its letters written as JSON may write them. */
const PICTURE = new RegExp(
  `"${[..."image_url"].map((letter) => `(?:${letter}|\\\\u00${letter.charCodeAt(0).toString(16)})`).join("")}"\\s*:`,
  "gi",
);
const PLAIN_PICTURE = Buffer.from('"image_url"');
const ESCAPED_LETTER = Buffer.from("\\u00");

export function promptSize(bytes: Buffer, members: readonly Member[], endpoint: Endpoint): PromptSize {
  let textBytes = 0;
  let attachments = 0;
  for (const { key, valueStart, valueEnd } of members) {
    if (key !== endpoint.prompt && !PROMPT_PARTS.has(key)) continue;
    textBytes += valueEnd - valueStart;
    let files = 0;
    if (valueEnd - valueStart >= SHORTEST_DATA) {
      for (
        let at = bytes.indexOf('"data:', valueStart);
        at >= 0 && at < valueEnd;
        at = bytes.indexOf('"data:', at + 6)
      ) {
        const end = bytes.indexOf('"', at + 6);
        if (end < 0) break;
        textBytes -= end - at;
        files += 1;
      }
    }
    // A picture that is only linked to costs what it costs, in however few bytes. One with its data in it counts once.
    attachments += Math.max(files, key === "messages" ? pictures(bytes.subarray(valueStart, valueEnd)) : 0);
  }
  // Four bytes a token is right for English; JSON's own quotes and names make up for scripts that need more.
  const attached = attachments * ATTACHMENT_TOKENS;
  return { promptTokens: Math.ceil(textBytes / 4) + attached, promptMost: textBytes + attached };
}

function pictures(messages: Buffer): number {
  if (!messages.includes(PLAIN_PICTURE) && !messages.includes(ESCAPED_LETTER)) return 0;
  return messages.toString("latin1").match(PICTURE)?.length ?? 0;
}

/** A list of prompts, of texts or of tokens, is answered one by one; everything else is one prompt. */
export function promptsIn(bytes: Buffer, { valueStart, valueEnd }: Member): number {
  // Of a list only its beginning is looked at: one of millions would take a second to make.
  const isList = /^\[\s*["[]/.test(bytes.toString("latin1", valueStart, Math.min(valueEnd, valueStart + 64)));
  return isList ? countElements(bytes, valueStart) : 1;
}
