/** The log: pino, one wide line a request, secrets redacted by path. JSON when `json_logs` says so, else a readable line. */
import pino from "pino";
import { prettyFactory } from "pino-pretty";
import type { Config, LogLevel } from "./config/config.ts";
import { openLogFile } from "./log-file.ts";

export type Log = Pick<pino.Logger, "trace" | "debug" | "info" | "warn" | "error" | "level" | "flush">;

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

/** Makes a log. */
export function createLog(options: LogOptions): Log {
  const { destination } = options;
  const readable = prettyFactory({
    colorize: options.color,
    singleLine: true,
    ignore: "pid,hostname",
    translateTime: "UTC:yyyy-mm-dd HH:MM:ss.l",
  });
  const stream = options.json
    ? destination
    : { write: (line: string) => destination.write(readable(line) ?? line) };
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACT, censor: "[redacted]" },
    },
    stream,
  );
}

/** A log that keeps nothing, for tools and tests. */
export const silentLog: Log = pino({ level: "silent" });

export interface OpenedLog {
  readonly log: Log;
  /** Writes out what is gathered. */
  close(): Promise<void>;
}

/** The log a configuration asks for: stdout, or `log_file` with rotation. */
export function openLog(
  config: Pick<Config, "logLevel" | "jsonLogs" | "logFile">,
  color: boolean,
): OpenedLog {
  const file = config.logFile === null ? null : openLogFile({ path: config.logFile });
  const stdout = file ? null : pino.destination({ fd: 1, sync: false, minLength: 4096 });
  const log = createLog({
    level: config.logLevel,
    json: config.jsonLogs,
    color: color && !file,
    destination: file ?? stdout ?? process.stdout,
  });
  // Under little load lines would wait for company.
  const timer = setInterval(() => stdout?.flush(), 250);
  timer.unref();
  return {
    log,
    close: async () => {
      clearInterval(timer);
      stdout?.flushSync();
      await file?.close();
    },
  };
}

export function isLogLevel(text: string): text is LogLevel {
  return ["trace", "debug", "info", "warn", "error"].includes(text);
}
