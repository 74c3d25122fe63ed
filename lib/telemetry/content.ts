/** Prompts and answers in the shape of the GenAI conventions, for operators who switched that on. Nothing here throws. */

/** Longer ones are left out whole: half a JSON text is of no use to anybody. */
const MOST_CHARS = 64 * 1024;

interface Part {
  readonly type: string;
  readonly [name: string]: unknown;
}

interface Message {
  readonly role: string;
  readonly parts: readonly Part[];
  readonly finish_reason?: string;
}

/** A text for a span's attribute; null when there is nothing to tell or too much of it. */
function written(messages: readonly Message[]): string | null {
  if (messages.length === 0) return null;
  const text = JSON.stringify(messages);
  return text.length > MOST_CHARS ? null : text;
}

/** @param prompt the body's member that holds the prompt, as JSON text */
export function inputMessages(prompt: string): string | null {
  // What is this long would be left out anyway, and parsing it would cost.
  if (prompt.length > MOST_CHARS) return null;
  const value = parse(prompt);
  const list = Array.isArray(value) ? value : [value];
  return written(
    list.flatMap((item): Message[] =>
      typeof item === "string"
        ? [{ role: "user", parts: [{ type: "text", content: item }] }]
        : isObject(item) && typeof item["role"] === "string"
          ? [{ role: item["role"], parts: partsOf(item) }]
          : [],
    ),
  );
}

/** @param body a whole JSON answer of a provider */
export function outputMessages(body: Buffer): string | null {
  if (body.length > MOST_CHARS) return null;
  const value = parse(body.toString("utf8"));
  const choices = isObject(value) && Array.isArray(value["choices"]) ? value["choices"] : [];
  return written(
    choices.flatMap((choice: unknown): Message[] => {
      if (!isObject(choice)) return [];
      const { finish_reason: reason, message, text } = choice;
      const parts = isObject(message) ? partsOf(message) : textParts(text);
      return [answered(parts, typeof reason === "string" ? reason : null)];
    }),
  );
}

function answered(parts: readonly Part[], reason: string | null): Message {
  return { role: "assistant", parts, ...(reason === null ? {} : { finish_reason: reason }) };
}

/** Gathers the text of a stream, choice by choice. */
export class Transcript {
  readonly #choices = new Map<number, { text: string; reason: string | null }>();
  #chars = 0;

  /** @param event one event of the stream, as the provider sent it */
  add(event: Buffer): void {
    const start = event.indexOf("{");
    if (start < 0 || this.#chars > MOST_CHARS) return;
    const value = parse(event.toString("utf8", start).trim());
    const choices = isObject(value) && Array.isArray(value["choices"]) ? value["choices"] : [];
    for (const choice of choices) {
      if (!isObject(choice)) continue;
      const index = Number(choice["index"] ?? 0);
      const known = this.#choices.get(index) ?? { text: "", reason: null };
      this.#choices.set(index, known);
      const { delta, finish_reason: reason, text } = choice;
      const more = isObject(delta) ? delta["content"] : text;
      if (typeof more === "string") known.text += more;
      if (typeof more === "string") this.#chars += more.length;
      if (typeof reason === "string") known.reason = reason;
    }
  }

  messages(): string | null {
    if (this.#chars > MOST_CHARS) return null;
    const choices = [...this.#choices].sort(([a], [b]) => a - b);
    return written(choices.map(([, { reason, text }]) => answered(textParts(text), reason)));
  }
}

function partsOf(message: Record<string, unknown>): readonly Part[] {
  const { content, role, tool_call_id: id, tool_calls: calls } = message;
  if (role === "tool") return [{ type: "tool_call_response", id, response: content }];
  const said = Array.isArray(content) ? content.map(partOf) : textParts(content);
  const asked = Array.isArray(calls) ? calls.filter(isObject).map(toolCall) : [];
  return [...said, ...asked];
}

/** Pictures, sounds and files are named and not sent: they are data of another kind, and large. */
function partOf(part: unknown): Part {
  if (!isObject(part)) return { type: "unknown" };
  if (typeof part["text"] === "string") return { type: "text", content: part["text"] };
  return { type: String(part["type"] ?? "unknown") };
}

function toolCall(call: Record<string, unknown>): Part {
  const named = isObject(call["function"]) ? call["function"] : {};
  return { type: "tool_call", id: call["id"], name: named["name"], arguments: named["arguments"] };
}

function textParts(text: unknown): readonly Part[] {
  return typeof text === "string" && text !== "" ? [{ type: "text", content: text }] : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whether it is JSON is judged elsewhere; here it only means that there is nothing to show.
    return null;
  }
}
