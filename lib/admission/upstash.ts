/** Upstash Redis over REST. Commands of one turn travel in one request; nothing is tried twice, since a take is not idempotent. */
import { Redis } from "@upstash/redis";
import type { Script } from "./lua/script.ts";
import { runScript, type ScriptCommands, type Transport } from "./transport.ts";

export interface UpstashOptions {
  readonly url: string;
  readonly token: string;
  /** A request that takes longer is given up; the breaker gave up waiting for it long before. */
  readonly timeoutMs: number;
}

export class Upstash implements Transport {
  readonly #commands: ScriptCommands;

  constructor({ timeoutMs, token, url }: UpstashOptions) {
    const redis = new Redis({
      url,
      token,
      signal: () => AbortSignal.timeout(timeoutMs),
      retry: { retries: 0 },
      enableAutoPipelining: true,
      enableTelemetry: false,
      // Answers are texts that we read ourselves; guessing at types would turn long numbers into doubles.
      automaticDeserialization: false,
    });
    this.#commands = {
      evalSha: (sha, keys, args) => redis.evalsha(sha, keys, args),
      eval: (text, keys, args) => redis.eval(text, keys, args),
    };
  }

  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<string> {
    return runScript(this.#commands, script, keys, args);
  }

  /** Every request stands for itself. */
  reconnect(): void {}

  async close(): Promise<void> {}
}
