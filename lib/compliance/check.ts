/** What a check is: one promise of the guide (or of a standard), how it is looked at, and what to do when it does not hold. */
import type { Db, Sql } from "#db/client.ts";
import type { AdmissionStore } from "#lib/admission/admission.ts";
import type { HeadSigner } from "#lib/audit/signer.ts";
import type { Config } from "#lib/config/config.ts";
import type { CallerLookup } from "#lib/keys/lookup.ts";
import type { SubjectLookup } from "#lib/keys/subjects.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { FrontDoor } from "./front-door.ts";
import type { GuideLineId } from "./guide.ts";
import type { SelfTest } from "./self-test.ts";
import type { Sightings } from "./sightings.ts";

/** What a look alone can end with; a person's word and a waiver are added by `standing.ts`. */
export type Found = "passed" | "failed" | "unknown" | "not_applicable";

export interface Outcome {
  readonly found: Found;
  /** One sentence of evidence. */
  readonly line: string;
  /** Figures behind it: never a secret, never a person. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** What can be looked at without a running gateway. */
export interface ConfigDeps {
  readonly config: Config;
  /** Working folder of the gateway: where .env and .git would be. */
  readonly cwd: string;
  readonly nowMs: number;
}

export interface CheckDeps extends ConfigDeps {
  readonly sql: Sql;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly lookup: CallerLookup;
  readonly subjects: SubjectLookup;
  readonly admission: AdmissionStore;
  readonly policyChanged: () => Promise<void>;
  readonly safeguardsChanged: () => Promise<void>;
  readonly auditSigner: HeadSigner;
  readonly pseudonymKey: string;
  readonly origin: string;
  readonly version: string;
  readonly sightings: Sightings;
  readonly frontDoor: FrontDoor;
  /** Facts of this check's last result: what must outlive a process is carried on in them. */
  readonly previous: Readonly<Record<string, unknown>>;
  /** Sends the calls of the self-test; once a run, whoever asks. */
  readonly selfTest: () => Promise<SelfTest>;
}

/** What a person vouches for where the gateway cannot see. */
export interface Ask {
  readonly what: string;
  /** How long the word holds, at most. */
  readonly days: number;
  /** A document has to be named. */
  readonly document?: true;
}

export type FixAction = "verify_audit" | "self_test" | "block_unused" | "protect_env";

export interface Fix {
  /** Exact steps, in order. */
  readonly steps: readonly string[];
  /** One press, where that is safe. */
  readonly action?: { readonly id: FixAction; readonly label: string };
  /** Where in the console it is done. */
  readonly link?: { readonly href: string; readonly label: string };
}

interface CheckBase {
  readonly id: string;
  readonly title: string;
  /** The guide's line, or the standard's demand in short. */
  readonly requirement: string;
  readonly guide: readonly GuideLineId[];
  /** Articles of the GDPR. */
  readonly gdpr: readonly string[];
  /** SOC 2 criteria. */
  readonly soc2: readonly string[];
  /** Null: no person's word counts here. */
  readonly ask: Ask | null;
  readonly fix: Fix;
}

/** `config`: from the configuration and this machine. `gateway`: needs the running gateway. `person`: nothing can be seen. */
export type Check = CheckBase &
  (
    | { readonly needs: "config"; readonly run: (deps: ConfigDeps) => Outcome | Promise<Outcome> }
    | {
        readonly needs: "gateway";
        /** Left to the daily run, or to whoever asks: it sends calls, or reads a lot. */
        readonly daily?: true;
        readonly run: (deps: CheckDeps) => Promise<Outcome>;
      }
    | { readonly needs: "person" }
  );

export const passed = (line: string, facts: Outcome["facts"] = {}): Outcome => ({
  found: "passed",
  line,
  facts,
});
export const failed = (line: string, facts: Outcome["facts"] = {}): Outcome => ({
  found: "failed",
  line,
  facts,
});
export const unknown = (line: string, facts: Outcome["facts"] = {}): Outcome => ({
  found: "unknown",
  line,
  facts,
});
export const notApplicable = (line: string, facts: Outcome["facts"] = {}): Outcome => ({
  found: "not_applicable",
  line,
  facts,
});

export const DAY_MS = 86_400_000;

/** `3 days`, `1 key`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Whole days between two moments. */
export function daysSince(at: Date | number, nowMs: number): number {
  return Math.floor((nowMs - (typeof at === "number" ? at : at.getTime())) / DAY_MS);
}
