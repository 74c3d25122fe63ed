/** The gateway that runs here, over its own API: where it is, its key, and its answers. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { StartError, systemErrorCode } from "../node/start-error.ts";

const ANSWER_MS = 30_000;
const LIFE_MS = 2_000;

export interface RunningGateway {
  readonly origin: string;
  /** @throws StartError when it refuses or does not answer */
  readonly ask: (method: "GET" | "POST", path: string, body?: unknown) => Promise<Record<string, unknown>>;
}

/**
 * @param url where it answers; null: where the configuration has it
 * @param key null: the master key of the configuration or of the data folder
 * @returns null when nobody answers there
 */
export async function findGateway(
  config: Config,
  { key, url }: { readonly key: string | null; readonly url: string | null },
): Promise<RunningGateway | null> {
  const origin = (url ?? localOrigin(config)).replace(/\/$/, "");
  if (!(await lives(origin))) return null;
  const secret = key ?? config.masterKey ?? (await madeKey(config.dataDir));
  if (secret === null)
    throw new StartError("gateway_refused", `the gateway at ${origin} asks for a key`, {
      advice: "Pass an admin's key with --key, or set LITELLM_MASTER_KEY.",
    });
  return {
    origin,
    ask: async (method, path, body) => {
      const answer = await fetch(`${origin}${path}`, {
        method,
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const data: Record<string, unknown> & { error?: { message?: string } } = await answer.json();
      if (answer.ok) return data;
      throw new StartError("gateway_refused", `the gateway at ${origin} answered ${answer.status}`, {
        advice: data.error?.message ?? "Its log says why.",
      });
    },
  };
}

function localOrigin({ host, port }: Config): string {
  const reached = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${reached.includes(":") ? `[${reached}]` : reached}:${port}`;
}

async function lives(origin: string): Promise<boolean> {
  try {
    const answer = await fetch(`${origin}/health/liveliness`, { signal: AbortSignal.timeout(LIFE_MS) });
    return answer.headers.has("x-shin-request-id");
  } catch (error) {
    // Nobody there, or nobody who speaks HTTP in time.
    if (error instanceof TypeError || error instanceof DOMException) return false;
    throw error;
  }
}

/** The key of the first start. */
async function madeKey(dataDir: string): Promise<string | null> {
  try {
    return (await readFile(join(dataDir, "secrets", "master-key"), "utf8")).trim();
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return null;
    throw error;
  }
}
