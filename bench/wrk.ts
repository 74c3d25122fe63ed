/** Runs wrk with our script against one target and reads its figures. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Stage } from "./stage.ts";
import type { Target } from "./target.ts";
import { CHAT_PATH } from "./workload.ts";

export interface Load {
  readonly seconds: number;
  readonly connections: number;
  readonly body: string;
}

export interface WrkFigures {
  /** Answers below status 400. */
  readonly ok: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const SCRIPT = join(import.meta.dirname, "wrk.lua");
/** Time for the last calls to end after the sending window (Next lets some wait for over a second); wrk sends nothing then. */
const DRAIN_SECONDS = 2;

/** Sends `load` to `target`. Throws when any call was refused or any socket failed: such a figure means nothing. */
export async function driveWithWrk(stage: Stage, target: Target, load: Load): Promise<WrkFigures> {
  const bodyFile = join(stage.folder, "body.json");
  writeFileSync(bodyFile, load.body);
  const output = await stage.run({
    label: `wrk against ${target.name}`,
    command: "wrk",
    args: [
      ...[
        "-t1",
        `-c${load.connections}`,
        `-d${load.seconds + DRAIN_SECONDS}s`,
        "--timeout",
        "30s",
        "-s",
        SCRIPT,
      ],
      ...[target.origin, "--", String(load.seconds), CHAT_PATH, bodyFile],
      ...Object.entries(target.headers).map(([name, value]) => `${name}: ${value}`),
    ],
  });
  const { answers, refused, socketErrors, p50Us, p99Us } = parseFigures(output);
  if (refused > 0 || socketErrors > 0 || answers === 0) {
    throw new Error(
      `${target.name}: of ${answers} answers ${refused} had status 400 or above, and ${socketErrors} sockets failed.`,
    );
  }
  return { ok: answers, perSecond: answers / load.seconds, p50Ms: p50Us / 1000, p99Ms: p99Us / 1000 };
}

interface RawFigures {
  readonly answers: number;
  readonly refused: number;
  readonly socketErrors: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

function parseFigures(output: string): RawFigures {
  const line = output.split("\n").findLast((one) => one.startsWith("{"));
  if (line === undefined) throw new Error(`wrk printed no figures:\n${output}`);
  const read: unknown = JSON.parse(line);
  const take = (name: keyof RawFigures): number => {
    const value: unknown = typeof read === "object" && read !== null ? Reflect.get(read, name) : undefined;
    if (typeof value !== "number") throw new Error(`wrk's figures have no ${name}: ${line}`);
    return value;
  };
  return {
    answers: take("answers"),
    refused: take("refused"),
    socketErrors: take("socketErrors"),
    p50Us: take("p50Us"),
    p99Us: take("p99Us"),
  };
}
