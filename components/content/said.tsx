/** What was said in a call, for reading: message by message where it is a chat, else as it stands. */
import { bytes as sizeWords } from "../format.ts";

export interface SaidText {
  readonly text: string;
  readonly bytes: number;
  readonly whole: boolean;
}

interface Line {
  readonly role: string;
  readonly text: string;
}

export function Said({ title, said }: { title: string; said: SaidText | null }) {
  const lines = said === null ? [] : linesOf(said);
  return (
    <section className="flex min-w-0 flex-col gap-2">
      <h4 className="font-semibold text-ink text-xs">{title}</h4>
      {said === null && <p className="text-faint text-sm">None is kept: there was none, or it is no text.</p>}
      {lines.map(({ role, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what was said stands in its order, and nothing else tells two alike apart
        <div key={index} className="rounded-md border border-line bg-sunken/60">
          {role !== "" && (
            <p className="border-line border-b px-3 py-1 font-medium text-faint text-xs">{role}</p>
          )}
          <pre className="max-h-80 overflow-auto whitespace-pre-wrap break-words px-3 py-2 font-mono text-xs leading-5">
            {text}
          </pre>
        </div>
      ))}
      {said !== null && !said.whole && (
        <p className="text-warn text-xs">
          Cut here: it had {sizeWords(said.bytes)}, and content_max_kilobytes keeps less.
        </p>
      )}
    </section>
  );
}

/** Messages of a prompt, choices of an answer; anything else as one text. */
function linesOf({ text }: SaidText): readonly Line[] {
  const value = parsed(text);
  const messages = member(value, "messages");
  const choices = member(value, "choices");
  if (Array.isArray(messages)) return messages.map((one: unknown) => lineOf(one));
  if (Array.isArray(choices))
    return choices.map((one: unknown) => {
      const plain = member(one, "text");
      return typeof plain === "string" ? { role: "", text: plain } : lineOf(member(one, "message"));
    });
  for (const name of ["input", "prompt"]) {
    const asked = member(value, name);
    if (typeof asked === "string") return [{ role: name, text: asked }];
  }
  return [{ role: "", text: value === undefined ? text : JSON.stringify(value, null, 2) }];
}

function lineOf(message: unknown): Line {
  const role = member(message, "role");
  const content = member(message, "content");
  const plain = typeof content === "string" && onlyContent(message);
  return {
    role: typeof role === "string" ? role : "",
    text: plain ? content : JSON.stringify(message, null, 2),
  };
}

/** Nothing but a role and a text: tools and refusals are shown, too. */
function onlyContent(message: unknown): boolean {
  return Object.keys(Object(message)).every((name) => ["role", "content"].includes(name));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // What was cut is no JSON any more.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
