/** What jobs work with: the part of the gateway's own parts that any of them needs. */
import type { Db, Sql } from "#db/client.ts";
import type { AdmissionStore } from "#lib/admission/admission.ts";
import type { AuditSealer } from "#lib/audit/sealer.ts";
import type { HeadSigner } from "#lib/audit/signer.ts";
import type { FrontDoor } from "#lib/compliance/front-door.ts";
import type { Sightings } from "#lib/compliance/sightings.ts";
import type { Config } from "#lib/config/config.ts";
import type { ContentStore } from "#lib/content/store.ts";
import type { CallerLookup } from "#lib/keys/lookup.ts";
import type { SubjectLookup } from "#lib/keys/subjects.ts";
import type { Ledger } from "#lib/ledger/ledger.ts";
import type { ResolveHost } from "#lib/providers/guard.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";

export interface JobDeps {
  readonly policy: () => { readonly config: Config };
  /** Reads the policy anew and puts it in force. */
  readonly policyChanged: () => Promise<void>;
  readonly sql: Sql;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly lookup: CallerLookup;
  readonly subjects: SubjectLookup;
  readonly admission: AdmissionStore;
  readonly ledger: Ledger;
  /** What is kept of what was said in calls. */
  readonly contents: ContentStore;
  readonly auditSigner: HeadSigner;
  readonly auditSealer: AuditSealer;
  readonly pseudonymKey: string;
  readonly version: string;
  readonly origin: string;
  readonly sightings: Sightings;
  readonly frontDoor: FrontDoor;
  /** Looks up names of addresses that are called in the background. */
  readonly resolve: ResolveHost;
  readonly safeguardsChanged: () => Promise<void>;
}
