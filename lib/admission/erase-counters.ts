/** Removes a subject's counters from a Redis: a thousand keys are looked at a time, so that takes come in between. */
import { eraseScript } from "./lua/spend.lua.ts";
import type { Transport } from "./transport.ts";

/** What a pattern of Redis takes for more than itself. */
const GLOB = /[\\*?[\]]/g;

/** @param id as it stands in keys. @returns how many there were. @throws StoreAwayError */
export async function eraseCounters(
  transport: Transport,
  prefix: string,
  kind: string,
  id: string,
): Promise<number> {
  const [before, name] = [`${prefix}counter:`, id].map((text) => text.replace(GLOB, "\\$&"));
  const patterns = [`${before}${kind}:${name}:*`];
  if (kind === "user") patterns.push(`${before}team_member:*/${name}:*`);
  let count = 0;
  for (const pattern of patterns) {
    let cursor = "0";
    do {
      const reply = await transport.run(eraseScript, [`${prefix}clock`], [cursor, pattern]);
      const [next = "0", gone = "0"] = reply.split(" ");
      cursor = next;
      count += Number(gone);
    } while (cursor !== "0");
  }
  return count;
}
