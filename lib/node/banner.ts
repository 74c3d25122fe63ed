/**
 * What the terminal shows at the start: a banner of at most 12 lines, or why there is none. Pure: facts in, text out.
 * Never holds the master key, only where it is.
 */
import picocolors from "picocolors";
import type { StartError } from "./start-error.ts";

/** Where the master key is to be read from. */
export type MasterKeyPlace =
  | { readonly kind: "file"; readonly path: string; readonly made: boolean }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "config"; readonly path: string };

export interface BannerFacts {
  readonly version: string;
  readonly nodeVersion: string;
  /** Data folder as shown to people. */
  readonly data: string;
  readonly dataIsNew: boolean;
  /** Configuration file as shown to people; null when running on defaults. */
  readonly config: string | null;
  /** Such as "embedded Postgres 18.4" or "Postgres 16.2 at db.example.com". */
  readonly database: string;
  readonly databaseReadyMs: number;
  readonly migrations: number;
  /** Models that can be called. */
  readonly models: number;
  /** Processes that serve. */
  readonly workers: number;
  /** Null while there is no console. */
  readonly consoleUrl: string | null;
  /** One-use link that makes the first admin; null when somebody can sign in. */
  readonly setUpUrl: string | null;
  /** With `/v1`. */
  readonly apiUrl: string;
  readonly masterKey: MasterKeyPlace;
  /** A model name that answers, for the curl line. */
  readonly tryModel: string;
  /** Short warnings, the gravest first. */
  readonly notices: readonly string[];
}

export interface RenderOptions {
  readonly tty: boolean;
  readonly color: boolean;
  readonly json: boolean;
}

const mostLines = 12;

/** The banner, ending with a newline. With `json`: one line with all facts. */
export function renderBanner(facts: BannerFacts, { tty, color, json }: RenderOptions): string {
  const curl = curlLine(facts);
  if (json) return `${JSON.stringify({ event: "started", ...facts, curl })}\n`;
  const paint = picocolors.createColors(tty && color);
  const sign = tty ? { done: "✔", warn: "!", dot: "·" } : { done: "ok:", warn: "warning:", dot: "-" };
  const head = [
    `${paint.bold(`shin ${facts.version}`)}`,
    `data ${facts.data}${facts.dataIsNew ? " (new)" : ""}`,
    `config: ${facts.config ?? "none, using defaults"}`,
    `Node ${facts.nodeVersion}`,
  ].join(`  ${sign.dot}  `);
  const ready = `${paint.green(sign.done)} ${facts.database} ready in ${seconds(facts.databaseReadyMs)} (${count(facts.migrations, "migration")}), ${count(facts.models, "model")}${facts.workers === 1 ? "" : `, ${count(facts.workers, "worker")}`}`;
  const places = [
    ...(facts.consoleUrl === null ? [] : [`Console     ${paint.cyan(facts.consoleUrl)}`]),
    ...(facts.setUpUrl === null
      ? []
      : [`First admin ${paint.cyan(facts.setUpUrl)} (one use, 30 min; again: shin setup-link)`]),
    `API         ${paint.cyan(facts.apiUrl)}`,
    `Master key  ${describeKey(facts.masterKey)}`,
  ];
  const room = mostLines - 2 - places.length - 3;
  const notices = firstOf(facts.notices, room).map((notice) => `${paint.yellow(sign.warn)} ${notice}`);
  return `${[head, ready, ...notices, "", ...places, "", `Try it: ${curl}`].map((line) => (line === "" ? "" : `  ${line}`)).join("\n")}\n`;
}

/** A call that works as it stands in the shell of this machine. */
function curlLine({ apiUrl, masterKey, tryModel }: BannerFacts): string {
  const body = JSON.stringify({ model: tryModel, messages: [{ role: "user", content: "Hello" }] });
  const url = `${apiUrl}/chat/completions`;
  return `curl ${url} -H "Authorization: Bearer ${bearer(masterKey)}" -H "Content-Type: application/json" -d ${quote(body)}`;
}

function bearer(place: MasterKeyPlace): string {
  if (place.kind === "file")
    return `$(cat ${/^[\w./@-]+$/.test(place.path) ? place.path : quote(place.path)})`;
  return place.kind === "variable" ? `$${place.name}` : "YOUR_MASTER_KEY";
}

function describeKey(place: MasterKeyPlace): string {
  if (place.kind === "file") return `in ${place.path}${place.made ? " (made now)" : ""}`;
  return place.kind === "variable" ? `in the variable ${place.name}` : `in ${place.path}`;
}

/** The first notices, with the rest counted, in at most `room` lines. */
function firstOf(notices: readonly string[], room: number): readonly string[] {
  if (notices.length <= room) return notices;
  return [...notices.slice(0, room - 1), `${count(notices.length - room + 1, "more warning")} in the log`];
}

/** Why the gateway did not start: the sentence, its evidence, and last what to do. Ends with a newline. */
export function renderStartFailure(
  error: StartError,
  options: RenderOptions & { readonly debug?: boolean },
): string {
  if (options.json) {
    const { code, message, advice, detail } = error;
    return `${JSON.stringify({ event: "start_failed", code, message, advice, detail })}\n`;
  }
  const paint = picocolors.createColors(options.tty && options.color);
  const sign = options.tty ? "✖" : "error:";
  const head = `${paint.red(sign)} ${error.message}`;
  const evidence = [
    ...error.detail,
    ...(options.debug ? [error.stack ?? "", causeText(error.cause)] : []),
  ].filter((line) => line !== "");
  const whole = `${head}.  ${error.advice}`;
  if (evidence.length === 0) return `${whole}\n`;
  return `${head}\n${evidence.map((line) => paint.dim(`    ${line}`)).join("\n")}\n  ${error.advice}\n`;
}

function causeText(cause: unknown): string {
  if (cause === undefined) return "";
  return cause instanceof Error ? `caused by ${cause.stack ?? cause.message}` : `caused by ${String(cause)}`;
}

/** Quotes for a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
