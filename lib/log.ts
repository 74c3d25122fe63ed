/** The log: pino, one wide line a request, secrets redacted by path. JSON when `json_logs` says so, else a readable line. */
import { createRequire } from "node:module";
import pino from "pino";
import type { Config, LogLevel } from "./config/config.ts";
import { openLogFile } from "./log-file.ts";
import { openStdoutLog } from "./log-stdout.ts";
import { terminalText } from "./terminal-text.ts";

export interface Log extends Pick<pino.Logger, "trace" | "debug" | "info" | "warn" | "error" | "level"> {
  /** A request's wide line as JSON text, at level info: its members are all chosen by us, so nothing is searched for secrets. */
  line(json: string): void;
  /** Writes out the lines that are gathered. */
  flushLines(): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly json: boolean;
  /** Takes one line at a time, its newline included. */
  readonly destination: pino.DestinationStream;
  /** Colours in readable lines. */
  readonly color: boolean;
}

/** Wherever a secret could stand in a logged object. */
const REDACT = [
  "api_key",
  "apiKey",
  "authorization",
  "headers.authorization",
  "secret",
  "key",
  "password",
  "master_key",
].flatMap((name) => [name, `*.${name}`]);

const GATHER_CHARS = 32 * 1024;
const GATHER_MS = 50;

/** Makes a log. */
export function createLog(options: LogOptions): Log {
  const stream = options.json ? options.destination : readable(options);
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACT, censor: "[redacted]" },
    },
    stream,
  );
  let gathered = "";
  let timer: NodeJS.Timeout | null = null;
  const flushLines = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (gathered !== "") stream.write(gathered);
    gathered = "";
  };
  return Object.assign(log, {
    line: (json: string) => {
      if (!log.isLevelEnabled("info")) return;
      gathered += `${json}\n`;
      // Under load a write for each line would cost more than the line.
      if (gathered.length > GATHER_CHARS) flushLines();
      else timer ??= setTimeout(flushLines, GATHER_MS);
    },
    flushLines,
  });
}

function readable({ color, destination }: LogOptions): pino.DestinationStream {
  // Where nobody looks on it is never asked for: a serverless function is packed without it (next.config.js).
  const pretty: typeof import("pino-pretty") = createRequire(import.meta.url)("pino-pretty");
  const prettify = pretty.prettyFactory({
    colorize: color,
    singleLine: true,
    ignore: "pid,hostname",
    translateTime: "UTC:yyyy-mm-dd HH:MM:ss.l",
  });
  const write = (line: string) => destination.write(terminalText(prettify(line) ?? line));
  return {
    write: (lines) => {
      for (const line of lines.split("\n")) if (line !== "") write(line);
    },
  };
}

/** A log that keeps nothing, for tools and tests. */
export const silentLog: Log = Object.assign(pino({ level: "silent" }), {
  line: () => undefined,
  flushLines: () => undefined,
});

export interface OpenedLog {
  readonly log: Log;
  /** How lines look, for a worker that makes its own. */
  readonly look: Pick<LogOptions, "json" | "color">;
  /** Takes finished lines of another process of ours: of several writers to one place, each would cut the others' lines. */
  take(lines: string): void;
  /** Writes out what is gathered. */
  close(): Promise<void>;
}

/** The log a configuration asks for: stdout or `log_file` with rotation; readable lines only where a person looks on. */
export function openLog(
  config: Pick<Config, "logLevel" | "jsonLogs" | "logFile">,
  terminal: { readonly tty: boolean; readonly color: boolean },
): OpenedLog {
  const file = config.logFile === null ? null : openLogFile({ path: config.logFile });
  const destination = file ?? openStdoutLog();
  const look = { json: config.jsonLogs || file !== null || !terminal.tty, color: terminal.color };
  const log = createLog({ level: config.logLevel, ...look, destination });
  return {
    log,
    look,
    take: (lines) => destination.write(lines),
    close: async () => {
      log.flushLines();
      await destination.flush();
      await file?.close();
    },
  };
}

export function isLogLevel(text: string): text is LogLevel {
  return ["trace", "debug", "info", "warn", "error"].includes(text);
}
