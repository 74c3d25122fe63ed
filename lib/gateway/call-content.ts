/** What of a call is kept when storing is switched on: its prompt as it came, and its answer as the client saw it. */

import { type StoredText, storedText } from "#lib/content/stored-text.ts";
import { StreamText } from "#lib/content/stream-text.ts";
import type { SpendRecord } from "#lib/ledger/record.ts";
import type { Call } from "./call.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { EMBEDDINGS, type Endpoint } from "./endpoints.ts";

/** Names of people and notes about the call: the record has them, as its own rules allow, and the text must not tell more. */
const LEFT_OUT = new Set([
  ...["user", "metadata", "litellm_metadata", "safety_identifier", "prompt_cache_key", "tags"],
  ...["litellm_call_id", "litellm_trace_id", "no-log"],
]);

/** Null where nothing is kept: storing is off, or the key, the team, the user or the call itself refuses. */
export function contentOf(
  deps: GatewayDeps,
  { caller, policy, request }: AuthenticatedContext,
  endpoint: Endpoint,
  call: Call,
): CallContent | null {
  const { contents } = policy.config;
  if (!contents.stored) return null;
  if (call.steering.noLog || request.selfTest === true || caller.contents === "refused") return null;
  if (contents.optIn && caller.contents !== "wanted") return null;
  return new CallContent(deps, endpoint, call, contents.maxBytes);
}

export class CallContent {
  readonly #deps: GatewayDeps;
  readonly #endpoint: Endpoint;
  readonly #call: Call;
  readonly #mostBytes: number;
  #answer: StoredText | null = null;
  #stream: StreamText | null = null;

  constructor(deps: GatewayDeps, endpoint: Endpoint, call: Call, mostBytes: number) {
    this.#deps = deps;
    this.#endpoint = endpoint;
    this.#call = call;
    this.#mostBytes = mostBytes;
  }

  /** An answer without streaming. Vectors are no text: of embeddings the input alone is kept. */
  answered(body: Buffer): void {
    if (this.#endpoint !== EMBEDDINGS) this.#answer = storedText(body, this.#mostBytes);
  }

  /** Events that went to the client. Whatever they are, the stream goes on. */
  streamed(events: Buffer): void {
    try {
      this.#stream ??= new StreamText(this.#mostBytes);
      this.#stream.push(events);
    } catch (error) {
      this.#deps.contents.lost(error);
    }
  }

  /** Hands it on, under the names of the call's record. */
  keep({ endUser, id, startedAtMs, userId }: SpendRecord): void {
    const { contents } = this.#deps;
    try {
      contents.put({
        recordId: id,
        atMs: startedAtMs,
        userId: userId ?? "",
        endUser,
        namedEndUser: this.#call.endUser,
        request: requestText(this.#call, this.#mostBytes),
        answer: this.#stream?.text() ?? this.#answer,
      });
    } catch (error) {
      contents.lost(error);
    }
  }
}

/** The body's members but those left out, each byte for byte; copied no further than the bound. */
function requestText({ bytes, members }: Call, mostBytes: number): StoredText {
  const parts: Buffer[] = [];
  let size = 0;
  let kept = 0;
  const add = (part: Buffer): void => {
    size += part.length;
    if (kept >= mostBytes + SPARE) return;
    parts.push(part);
    kept += part.length;
  };
  for (const { key, valueEnd, valueStart } of members) {
    if (LEFT_OUT.has(key)) continue;
    add(Buffer.from(`${parts.length === 0 ? "{" : ","}${JSON.stringify(key)}:`));
    add(bytes.subarray(valueStart, valueEnd));
  }
  add(Buffer.from(parts.length === 0 ? "{}" : "}"));
  if (size <= mostBytes) return storedText(Buffer.concat(parts), mostBytes);
  // Views of the body so far: only what is kept of them is copied.
  let room = mostBytes + SPARE;
  const heads = parts.map((part) => {
    const head = part.subarray(0, Math.max(0, room));
    room -= head.length;
    return head;
  });
  return { ...storedText(Buffer.concat(heads), mostBytes), bytes: size };
}

/** The longest character of UTF-8: a cut finds its start. */
const SPARE = 4;
