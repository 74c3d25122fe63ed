/**
 * End users and tags that calls name -> their policy, cached. Whoever has no row has the configuration's defaults. A
 * change is forgotten at once here, and elsewhere when it is heard of; nothing is loaded ahead.
 */
import type { Sql } from "#db/client.ts";
import { findSubject, type NamedKind } from "#db/queries/subjects.ts";
import type { Config } from "#lib/config/config.ts";
import type { Clock } from "../clock.ts";
import { type DatabaseHealth, isAway } from "../database-health.ts";
import { type SubjectPolicy, unlimited } from "./caller.ts";
import { namedPolicy } from "./subject-policy.ts";

interface Entry {
  readonly policy: SubjectPolicy | null;
  readonly tierId: string | null;
  readonly loadedMs: number;
}

export interface SubjectLookupOptions {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly health: DatabaseHealth;
  readonly ttlMs: () => number;
}

type Defaults = Pick<Config, "endUserBudgetId" | "endUserBudgetNanoUsd">;

const MOST_ENTRIES = 50_000;

export class SubjectLookup {
  readonly #options: SubjectLookupOptions;
  readonly #entries = new Map<string, Entry>();
  /** Grows with every change, so that a load that began before one is not kept. */
  #epoch = 0;

  constructor(options: SubjectLookupOptions) {
    this.#options = options;
  }

  /** The policy of that end user or tag; null when nothing limits it. Without a database, what was known last. */
  find(
    kind: NamedKind,
    id: string,
    defaults: Defaults,
  ): SubjectPolicy | null | Promise<SubjectPolicy | null> {
    const { clock, health, ttlMs } = this.#options;
    const entry = this.#entries.get(nameOf(kind, id));
    const tierId = kind === "end_user" ? defaults.endUserBudgetId : null;
    const fresh = entry && entry.tierId === tierId && (health.away || clock.now() - entry.loadedMs < ttlMs());
    const policy = (found: SubjectPolicy | null) =>
      kind === "tag" ? found : withDefaults(id, found, defaults);
    if (fresh) return policy(entry.policy);
    return this.#load(kind, id, tierId, entry).then(policy);
  }

  /** Drops one that changed; or has all asked for again, since nobody knows here who has which tier. */
  forget(kind: NamedKind | "all", id = ""): void {
    this.#epoch += 1;
    if (kind === "all")
      // Asked for again, but still there for an outage that comes first: who is blocked stays blocked.
      for (const [name, entry] of this.#entries) this.#entries.set(name, { ...entry, loadedMs: -Infinity });
    else this.#entries.delete(nameOf(kind, id));
  }

  async #load(
    kind: NamedKind,
    id: string,
    tierId: string | null,
    stale: Entry | undefined,
  ): Promise<SubjectPolicy | null> {
    const { clock, health, sql } = this.#options;
    const epoch = this.#epoch;
    try {
      const policy = namedPolicy(id, await health.run(() => findSubject(sql, kind, id, tierId)));
      if (epoch === this.#epoch) this.#keep(nameOf(kind, id), { policy, tierId, loadedMs: clock.now() });
      return policy;
    } catch (error) {
      // Known keys go on without a database, and so do those they speak for; budgets see to themselves.
      if (isAway(error)) return stale?.policy ?? null;
      throw error;
    }
  }

  #keep(name: string, entry: Entry): void {
    this.#entries.delete(name);
    if (this.#entries.size >= MOST_ENTRIES) {
      const oldest = this.#entries.keys().next().value;
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(name, entry);
  }
}

function nameOf(kind: NamedKind, id: string): string {
  return `${kind}:${id}`;
}

/** `max_end_user_budget` for whoever has no budget. */
export function withDefaults(
  id: string,
  found: SubjectPolicy | null,
  defaults: Pick<Config, "endUserBudgetNanoUsd">,
): SubjectPolicy | null {
  const { endUserBudgetNanoUsd: maxBudgetNanoUsd } = defaults;
  if (maxBudgetNanoUsd === null || (found && found.maxBudgetNanoUsd !== null)) return found;
  return { ...(found ?? unlimited(id, id)), maxBudgetNanoUsd };
}
