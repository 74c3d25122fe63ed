/**
 * What pages know of the gateway. In one process with it (a serverless platform, `--dev`) these are the gateway's own
 * parts; in the console's own process (lib/node/console-process.ts) they read the database by themselves and ask the gateway
 * for what it alone has in its memory.
 */
import type { AdmissionStore } from "../admission/admission.ts";
import type { HeadSigner } from "../audit/signer.ts";
import type { ContentStore } from "../content/store.ts";
import type { GatewayDeps } from "../gateway/context.ts";
import type { MasterKeyUse } from "../incident/master-key-use.ts";
import type { Safeguards } from "../incident/safeguards.ts";
import type { CallerLookup } from "../keys/lookup.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Cooldown } from "../routing/cooldown.ts";
import type { Throttle } from "../throttle/throttle.ts";

export interface ConsoleDeps
  extends Pick<
    GatewayDeps,
    | "auditSealer"
    | "clock"
    | "db"
    | "health"
    | "log"
    | "origin"
    | "policy"
    | "pseudonymKey"
    | "sql"
    | "version"
    | "workers"
  > {
  /** Where sessions are looked up when `sql` has a line to stand in; absent: there as well. */
  readonly sessionSql?: GatewayDeps["sql"];
  readonly jobs: Pick<GatewayDeps["jobs"], "kind" | "kindsOf">;
  readonly lookup: Pick<CallerLookup, "find">;
  readonly safeguards: Pick<Safeguards, "freezes" | "masterKeys">;
  readonly cooldown: Pick<Cooldown, "restsForMs">;
  readonly ledger: Pick<Ledger, "flush">;
  readonly contents: Pick<ContentStore, "flush">;
  readonly admission: Pick<AdmissionStore, "look">;
  readonly throttle: Pick<Throttle, "take">;
  readonly masterKeyUse: Pick<MasterKeyUse, "write">;
  readonly auditSigner: Pick<HeadSigner, "key" | "signIfWhole">;
}
