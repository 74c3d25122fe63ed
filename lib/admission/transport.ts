/** How scripts reach a Redis: by TCP (`redis-tcp.ts`) or by Upstash's REST interface (`upstash.ts`). */
import type { Script } from "./lua/script.ts";
import { StoreAwayError } from "./store-away.ts";

export interface Transport {
  /** Runs a script that answers a text. @throws StoreAwayError, or an Error when the script itself failed: a fault of ours */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<string>;
  /** Gives up the connection, if there is one, and makes a new one: the old one may have died without a word. */
  reconnect(): void;
  close(): Promise<void>;
}

/** The two commands a transport needs, in whichever client. */
export interface ScriptCommands {
  evalSha(sha: string, keys: string[], args: string[]): Promise<unknown>;
  eval(text: string, keys: string[], args: string[]): Promise<unknown>;
}

/** Not OOM, READONLY, MISCONF and such, which scripts run into as well: those say that the server cannot serve. */
const SCRIPT_FAULT = /\b(?:ERR|WRONGTYPE) .*user_script/;

/** Runs a script by its hash, and by its text when the server does not know it (a restart, SCRIPT FLUSH, another shard). */
export async function runScript(
  commands: ScriptCommands,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<string> {
  try {
    let reply: unknown;
    try {
      reply = await commands.evalSha(script.sha, [...keys], [...args]);
    } catch (error) {
      if (!(error instanceof Error && error.message.includes("NOSCRIPT"))) throw error;
      reply = await commands.eval(script.text, [...keys], [...args]);
    }
    if (typeof reply !== "string") throw new Error(`the script answered a ${typeof reply}, not a text`);
    return reply;
  } catch (error) {
    // One call that a script cannot digest must not cut everybody off from the store.
    if (error instanceof Error && SCRIPT_FAULT.test(error.message))
      throw new Error(`an admission script failed: ${error.message}`, { cause: error });
    throw new StoreAwayError("the admission store failed to answer", error);
  }
}
