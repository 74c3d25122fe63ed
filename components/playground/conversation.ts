/** A conversation with one model or two, and what is sent for its next turn. All of it stays in the browser. */

export interface Form {
  /** One model, or two that answer side by side. */
  readonly models: readonly string[];
  readonly system: string;
  /** As typed; empty: not sent. */
  readonly temperature: string;
  readonly topP: string;
  readonly maxTokens: string;
  readonly stream: boolean;
}

export interface Answer {
  readonly model: string;
  readonly text: string;
  readonly state: "waiting" | "done" | "stopped" | "failed";
  readonly error: string | null;
  readonly requestId: string | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  /** Dollars; null: not known (yet). */
  readonly costUsd: number | null;
  readonly firstMs: number | null;
  readonly durationMs: number | null;
  /** Names and values of what limits and budgets said. */
  readonly seen: readonly (readonly [string, string])[];
}

export interface Turn {
  readonly id: string;
  readonly question: string;
  readonly answers: readonly Answer[];
}

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export function waitingAnswer(model: string): Answer {
  return {
    model,
    text: "",
    state: "waiting",
    error: null,
    requestId: null,
    promptTokens: null,
    completionTokens: null,
    costUsd: null,
    firstMs: null,
    durationMs: null,
    seen: [],
  };
}

/** What a column has said so far; where it had no part yet, what the other one answered. */
export function messagesOf(form: Form, turns: readonly Turn[], column: number, question: string): Message[] {
  const system: Message[] = form.system.trim() === "" ? [] : [{ role: "system", content: form.system }];
  const said = turns.flatMap((turn): Message[] => {
    const answer = turn.answers[column] ?? turn.answers[0];
    const asked: Message = { role: "user", content: turn.question };
    // A question without an answer (a refused call) is not asked again behind the person's back.
    return answer === undefined || answer.text === ""
      ? []
      : [asked, { role: "assistant", content: answer.text }];
  });
  return [...system, ...said, { role: "user", content: question }];
}

/** The request's body: what is empty in the form is left to the model. */
export function bodyOf(form: Form, model: string, messages: readonly Message[]): Record<string, unknown> {
  return {
    model,
    messages,
    ...number("temperature", form.temperature),
    ...number("top_p", form.topP),
    ...number("max_tokens", form.maxTokens),
    ...(form.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
}

function number(name: string, typed: string): Record<string, number> {
  const value = Number(typed);
  return typed.trim() === "" || !Number.isFinite(value) ? {} : { [name]: value };
}

/** What is wrong with the form, by field; empty when it can be sent. */
export function faultsOf(form: Form): Readonly<Record<string, string>> {
  const within = (typed: string, least: number, most: number) =>
    typed.trim() === "" || (Number(typed) >= least && Number(typed) <= most);
  return {
    ...(within(form.temperature, 0, 2) ? {} : { temperature: "From 0 to 2" }),
    ...(within(form.topP, 0, 1) ? {} : { topP: "From 0 to 1" }),
    ...(form.maxTokens.trim() === "" || /^[1-9]\d{0,6}$/.test(form.maxTokens.trim())
      ? {}
      : { maxTokens: "A whole number of 1 or more" }),
  };
}

const STORED = "shin.playground";

/** The form and the turns of the last visit; null when there are none that fit. */
export function loadConversation(
  storage: Storage,
): { readonly form: Form; readonly turns: readonly Turn[] } | null {
  const text = storage.getItem(STORED);
  if (text === null) return null;
  try {
    const { version, form, turns } = JSON.parse(text);
    return version === 1 && Array.isArray(form?.models) && Array.isArray(turns) ? { form, turns } : null;
  } catch (error) {
    // Somebody else's text under our name: as good as nothing.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Keeps the latest turns; answers that were still coming are kept as far as they came. */
export function saveConversation(storage: Storage, form: Form, turns: readonly Turn[]): void {
  const kept = turns.slice(-50).map((turn) => ({
    ...turn,
    answers: turn.answers.map((one) => (one.state === "waiting" ? { ...one, state: "stopped" } : one)),
  }));
  try {
    storage.setItem(STORED, JSON.stringify({ version: 1, form, turns: kept }));
  } catch (error) {
    // Full, or forbidden by the browser: the conversation goes on, it is not kept over a reload.
    if (!(error instanceof DOMException)) throw error;
  }
}
