/**
 * The text of a streamed answer, gathered from the very events that go to the client, within a bound. It reads as the
 * answer without streaming would: choices with their messages.
 */
import { headOf, type StoredText } from "./stored-text.ts";

interface ToolCall {
  id?: string;
  type?: string;
  function: { name: string; arguments: string };
}

interface Choice {
  /** Of `delta` or, for completions, of the choice itself: `content`, `reasoning_content`, `refusal`, `text`. */
  readonly texts: Map<string, string>;
  readonly tools: Map<number, ToolCall>;
  role: string | null;
  finishReason: string | null;
}

const TEXTS = ["content", "reasoning_content", "refusal"] as const;
const DATA = "data:";

export class StreamText {
  readonly #mostBytes: number;
  readonly #choices = new Map<number, Choice>();
  #bytes = 0;
  #keptBytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** @param events whole events, as they go to the client */
  push(events: Buffer): void {
    for (const line of events.toString("utf8").split("\n")) {
      if (!line.startsWith(DATA)) continue;
      const data = line.slice(DATA.length).trim();
      if (data.startsWith("{")) this.#read(parsed(data));
    }
  }

  /** Null when nothing was said. */
  text(): StoredText | null {
    if (this.#choices.size === 0) return null;
    const choices = [...this.#choices].sort(([a], [b]) => a - b).map(([index, one]) => shown(index, one));
    return {
      text: JSON.stringify({ choices }),
      bytes: this.#bytes,
      whole: this.#bytes === this.#keptBytes,
    };
  }

  #read(chunk: unknown): void {
    const list = member(chunk, "choices");
    if (!Array.isArray(list)) return;
    for (const part of list as unknown[]) {
      const at = member(part, "index");
      const choice = this.#choice(typeof at === "number" ? at : 0);
      const delta = member(part, "delta");
      for (const name of TEXTS) this.#add(choice.texts, name, member(delta, name));
      this.#add(choice.texts, "text", member(part, "text"));
      const role = member(delta, "role");
      if (typeof role === "string") choice.role = role.slice(0, 32);
      const finish = member(part, "finish_reason");
      if (typeof finish === "string") choice.finishReason = finish.slice(0, 64);
      const tools = member(delta, "tool_calls");
      if (Array.isArray(tools)) for (const tool of tools as unknown[]) this.#tool(choice, tool);
    }
  }

  #choice(index: number): Choice {
    let choice = this.#choices.get(index);
    if (!choice) {
      choice = { texts: new Map(), tools: new Map(), role: null, finishReason: null };
      // A provider that numbers its choices without end is not followed.
      if (this.#choices.size < MOST_CHOICES) this.#choices.set(index, choice);
    }
    return choice;
  }

  #add(texts: Map<string, string>, name: string, piece: unknown): void {
    if (typeof piece !== "string" || piece === "") return;
    texts.set(name, (texts.get(name) ?? "") + this.#kept(piece));
  }

  #tool(choice: Choice, piece: unknown): void {
    const at = member(piece, "index");
    const index = typeof at === "number" ? at : 0;
    let tool = choice.tools.get(index);
    if (!tool) {
      if (choice.tools.size >= MOST_TOOLS) return;
      tool = { function: { name: "", arguments: "" } };
      choice.tools.set(index, tool);
    }
    const [id, type, called] = [member(piece, "id"), member(piece, "type"), member(piece, "function")];
    if (typeof id === "string") tool.id = id.slice(0, 128);
    if (typeof type === "string") tool.type = type.slice(0, 32);
    for (const name of ["name", "arguments"] as const) {
      const text = member(called, name);
      if (typeof text === "string") tool.function[name] += this.#kept(text);
    }
  }

  /** What of a piece still fits. */
  #kept(piece: string): string {
    const size = Buffer.byteLength(piece);
    this.#bytes += size;
    const room = this.#mostBytes - this.#keptBytes;
    // What comes after a cut would read as if nothing lay between.
    if (this.#keptBytes + size !== this.#bytes) return "";
    const kept = size <= room ? piece : headOf(Buffer.from(piece), room);
    this.#keptBytes += size <= room ? size : Buffer.byteLength(kept);
    return kept;
  }
}

const MOST_CHOICES = 128;
const MOST_TOOLS = 128;

function shown(index: number, { finishReason, role, texts, tools }: Choice): Record<string, unknown> {
  const { text, ...said }: Record<string, string> = Object.fromEntries(texts);
  if (text !== undefined) return { index, text, finish_reason: finishReason };
  const calls = [...tools].sort(([a], [b]) => a - b).map(([, tool]) => tool);
  const message = {
    role: role ?? "assistant",
    content: said["content"] ?? null,
    ...said,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return { index, message, finish_reason: finishReason };
}

/** Null for what is no JSON: the client got it as it was, and nothing of it is text. */
function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
