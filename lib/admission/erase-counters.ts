/** Removes a subject's counters from a Redis: a thousand keys are looked at a time, so that takes come in between. */
import { eraseScript } from "./lua/spend.lua.ts";
import type { Transport } from "./transport.ts";

/** What a pattern of Redis takes for more than itself. */
const GLOB = /[\\*?[\]]/g;

export interface Erased {
  readonly kind: string;
  /** As it stands in the keys of subjects. */
  readonly idInKeys: string;
  /** As it stands in keys of the release before. */
  readonly idBefore: string;
}

/**
 * @param prefix what every key begins with
 * @param subjects what keys of subjects begin with
 * @returns how many counters there were. @throws StoreAwayError
 */
export async function eraseCounters(
  transport: Transport,
  prefix: string,
  subjects: string,
  { idBefore, idInKeys, kind }: Erased,
): Promise<number> {
  const [all, before, name, nameBefore] = [subjects, `${prefix}counter:`, idInKeys, idBefore].map((text) =>
    text.replace(GLOB, "\\$&"),
  );
  const patterns = [`${all}${kind}:${name}`];
  if (kind === "user") patterns.push(`${all}team_member:*/${name}`);
  // What the release before this one counted ends by itself within two days, but was told to go now.
  patterns.push(`${before}${kind}:${nameBefore}:*`);
  if (kind === "user") patterns.push(`${before}team_member:*/${nameBefore}:*`);
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
