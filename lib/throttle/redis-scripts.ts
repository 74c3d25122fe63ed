/**
 * What `@upstash/ratelimit` asks of a Redis client, over TCP Redis and Upstash REST alike. Its Lua begins with a line
 * that only Upstash's own server reads (`#!lua flags=allow-key-locking`) and that any other Redis refuses; without it the
 * script runs the same everywhere. So scripts are known here by the package's hash and run by our own.
 */
import { createHash } from "node:crypto";
import type { Redis } from "@upstash/redis";

/** The two commands, as a client has them. */
export interface ScriptRunner {
  evalsha(hash: string, keys: string[], args: string[]): Promise<unknown>;
  eval(text: string, keys: string[], args: string[]): Promise<unknown>;
}

interface Script {
  readonly text: string;
  readonly hash: string;
}

type Client = Pick<Redis, "evalsha" | "eval">;

/** A client that the package takes. */
export class RedisScripts implements Client {
  readonly #runner: ScriptRunner;
  /** By the package's own hash. */
  readonly #scripts = new Map<string, Script>();

  constructor(runner: ScriptRunner) {
    this.#runner = runner;
  }

  /** @throws NOSCRIPT for a script that was not seen yet, on which the package sends its text */
  async evalsha<TArgs extends unknown[], TData = unknown>(
    hash: string,
    keys: string[],
    args: TArgs,
  ): Promise<TData> {
    const script = this.#scripts.get(hash);
    if (!script) throw new Error("NOSCRIPT not seen yet");
    return (await this.#run(script, keys, args)) as TData;
  }

  async eval<TArgs extends unknown[], TData = unknown>(
    text: string,
    keys: string[],
    args: TArgs,
  ): Promise<TData> {
    const plain = text.replace(/^#!lua[^\n]*\n/, "");
    const script = { text: plain, hash: sha1(plain) };
    this.#scripts.set(sha1(text), script);
    return (await this.#run(script, keys, args)) as TData;
  }

  async #run({ hash, text }: Script, keys: string[], args: readonly unknown[]): Promise<unknown> {
    // An empty name stands for "no dynamic limit"; in a cluster it would belong to another server than the counters.
    const named = keys.filter((key) => key !== "");
    const values = args.map(String);
    try {
      return await this.#runner.evalsha(hash, named, values);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes("NOSCRIPT")) throw error;
      return this.#runner.eval(text, named, values);
    }
  }
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
