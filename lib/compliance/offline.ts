/** The checks that need no running gateway, from a configuration and this machine alone. Nothing is kept. */
import { CHECKS } from "./catalogue.ts";
import type { ConfigDeps } from "./check.ts";
import { type Standing, standingOf } from "./standing.ts";

/** @returns those that could be looked at, in the catalogue's order, and how many need the gateway or a person */
export async function runOffline(
  deps: ConfigDeps,
): Promise<{ readonly standings: readonly Standing[]; readonly unseen: number }> {
  const standings: Standing[] = [];
  for (const check of CHECKS) {
    if (check.needs !== "config") continue;
    const { facts = {}, found, line } = await check.run(deps);
    const row = { check_id: check.id, at: new Date(deps.nowMs), run_id: "", result: found };
    standings.push(standingOf(check, { ...row, evidence: { found, line, facts } }, [], deps.nowMs));
  }
  return { standings, unseen: CHECKS.length - standings.length };
}
