/** The caches of callers and of those they name, as a running gateway has them. */
import type { Config } from "../config/config.ts";
import { CallerLookup, type LookupOptions } from "./lookup.ts";
import { SubjectLookup } from "./subjects.ts";

/** Changes are heard by NOTIFY; this is for one that was not. */
const LISTENING_TTL_MS = 60_000;

export function openLookups(
  parts: Pick<LookupOptions, "sql" | "clock" | "health">,
  config: () => Pick<Config, "allowRequestsOnDbUnavailable" | "dbOutageGraceMs">,
): { readonly lookup: CallerLookup; readonly subjects: SubjectLookup } {
  const ttlMs = () => LISTENING_TTL_MS;
  const outageGraceMs = () => (config().allowRequestsOnDbUnavailable ? config().dbOutageGraceMs : 0);
  return {
    lookup: new CallerLookup({ ...parts, ttlMs, outageGraceMs }),
    subjects: new SubjectLookup({ ...parts, ttlMs }),
  };
}
