/** The freezes in force, arranged so that a call asks them once: does any of them stop this caller? */
import type { BlockList } from "node:net";
import type { Caller } from "#lib/keys/caller.ts";
import { isListed, toBlockList } from "../address-range.ts";
import { firstIdAt } from "../ids.ts";
import type { ScopeKind } from "./names.ts";

export interface Freeze {
  readonly id: string;
  readonly incidentId: string | null;
  readonly kind: ScopeKind;
  readonly scopeId: string;
  /** Keys that had been used from the address of a freeze by address. */
  readonly keyIds: readonly string[];
  readonly reason: string;
  readonly reasonShown: boolean;
  readonly atMs: number;
}

export interface FrozenQuestion {
  readonly caller: Caller;
  readonly ip: string;
  /** Below `/incident/` and `/master_key/`, where the master key is always let in. */
  readonly remedy: boolean;
  /** A call of a model, and no reading or change of the gateway's own things. */
  readonly inference: boolean;
}

export class FreezeRules {
  readonly all: readonly Freeze[];
  #everything: Freeze | null = null;
  #masterKey: Freeze | null = null;
  readonly #keys = new Map<string, Freeze>();
  readonly #teams = new Map<string, Freeze>();
  readonly #users = new Map<string, Freeze>();
  readonly #since: { readonly firstId: string; readonly freeze: Freeze }[] = [];
  readonly #addresses: { readonly list: BlockList; readonly freeze: Freeze }[] = [];

  constructor(freezes: readonly Freeze[]) {
    this.all = freezes;
    for (const freeze of freezes) this.#add(freeze);
  }

  /** The freeze that stops this request, or null. */
  find({ caller, inference, ip, remedy }: FrozenQuestion): Freeze | null {
    if (caller.kind === "master") {
      if (remedy) return null;
      // Whoever runs the gateway must be able to act while all calls rest.
      return this.#masterKey ?? (inference ? (this.#everything ?? this.#byAddress(ip)) : null);
    }
    return (
      this.#everything ??
      this.#keys.get(caller.keyId) ??
      (caller.teamId === null ? undefined : this.#teams.get(caller.teamId)) ??
      (caller.userId === null ? undefined : this.#users.get(caller.userId)) ??
      this.#since.find(({ firstId }) => caller.keyId >= firstId)?.freeze ??
      this.#byAddress(ip)
    );
  }

  #add(freeze: Freeze): void {
    const { kind, scopeId } = freeze;
    if (kind === "all") this.#everything = freeze;
    else if (kind === "master_key") this.#masterKey = freeze;
    else if (kind === "key") this.#keys.set(scopeId, freeze);
    else if (kind === "team") this.#teams.set(scopeId, freeze);
    else if (kind === "user") this.#users.set(scopeId, freeze);
    // A key's id begins with the moment that it was made.
    else if (kind === "created_since")
      this.#since.push({ firstId: firstIdAt("key", Date.parse(scopeId)), freeze });
    else {
      this.#addresses.push({ list: toBlockList([scopeId]), freeze });
      for (const keyId of freeze.keyIds) this.#keys.set(keyId, freeze);
    }
  }

  #byAddress(ip: string): Freeze | null {
    return this.#addresses.find(({ list }) => isListed(list, ip))?.freeze ?? null;
  }
}
