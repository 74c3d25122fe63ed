/** A look at the shared store before the gateway starts: does it answer, and does it keep what limits need kept. */
import { Redis } from "@upstash/redis";
import { createClient } from "redis";
import type { Config, SharedStore } from "../config/config.ts";
import { messageOf, StartError, systemErrorCode } from "./start-error.ts";

const TIMEOUT_MS = 3_000;

const WITHOUT = {
  local: "limits are counted in this process's memory until it answers",
  open: "limits are not counted until it answers",
} as const;

/**
 * @returns warnings for people
 * @throws StartError store_away when it does not answer and `limits_on_store_outage` is closed
 */
export async function checkSharedStore(
  config: Pick<Config, "sharedStore" | "limitsOnStoreOutage">,
): Promise<readonly string[]> {
  const { limitsOnStoreOutage: policy, sharedStore } = config;
  if (sharedStore === null) return [];
  const where = placeOf(sharedStore);
  try {
    const maxmemoryPolicy =
      sharedStore.kind === "redis" ? await askTcp(sharedStore.url) : await askRest(sharedStore);
    if (maxmemoryPolicy === null || /^(noeviction|volatile-.*)$/.test(maxmemoryPolicy)) return [];
    return [
      `${where} may throw counters away when it is full (maxmemory-policy ${maxmemoryPolicy}): set it to noeviction`,
    ];
  } catch (error) {
    const why = `${where} does not answer (${reasonOf(error)})`;
    if (policy !== "closed") return [`${why}: ${WITHOUT[policy]}`];
    throw new StartError("store_away", why, {
      advice: "Check it, or let limits_on_store_outage be local: then the gateway starts without it.",
    });
  }
}

/** The store as messages name it, without its secrets. */
export function placeOf(store: SharedStore): string {
  const { host } = new URL(store.url);
  return store.kind === "redis" ? `the Redis at ${host}` : `the Upstash Redis at ${host}`;
}

/** Its `maxmemory-policy`; null where it does not say. */
async function askTcp(url: string): Promise<string | null> {
  const client = createClient({
    url,
    socket: { connectTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS, reconnectStrategy: false },
  });
  // What it says reaches us through connect and the question; without a listener it would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    // INFO and not CONFIG, which hosted ones forbid.
    return /^maxmemory_policy:(\S+)/m.exec(await client.info("memory"))?.[1] ?? null;
  } finally {
    client.destroy();
  }
}

async function askRest({ token, url }: { readonly url: string; readonly token: string }): Promise<null> {
  const signal = () => AbortSignal.timeout(TIMEOUT_MS);
  await new Redis({ url, token, retry: false, enableTelemetry: false, signal }).ping();
  return null;
}

/** A code, or the server's own first line: drivers repeat commands and addresses with passwords in them. */
function reasonOf(error: unknown): string {
  const code = systemErrorCode(error);
  if (code !== null) return code;
  const cause = error instanceof Error ? error.cause : undefined;
  return systemErrorCode(cause) ?? (messageOf(error).split("\n")[0] ?? "").replace(/, command was:.*$/, "");
}
