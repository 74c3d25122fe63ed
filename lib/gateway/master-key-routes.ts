/** The master key's life over HTTP: what is known of it, replacing it without an outage, ending the one before. */
import { listMasterKeys } from "#db/queries/master-keys.ts";
import { finishMasterKey, readGrace, rotateMasterKey } from "#lib/incident/master-key-rotation.ts";
import { masterKeyStates } from "#lib/incident/master-key-state.ts";
import { finishMasterSchema, rotateMasterSchema } from "#lib/incident/schema.ts";
import { operationsOf } from "#lib/operations.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import type { AuthenticatedContext } from "./context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

/** A virtual key of an admin must not make itself the master. @throws GatewayError not_allowed */
export function requireMasterOrPerson({ caller, session }: AuthenticatedContext): void {
  if (caller.kind === "master" || session !== null) return;
  throw new GatewayError(
    "not_allowed",
    "The master key is replaced with the master key itself, or by an admin signed in to the console.",
    { param: "None" },
  );
}

const info: Run = async (deps) => {
  await deps.masterKeyUse.write();
  const { config } = deps.policy();
  const rows = await listMasterKeys(deps.sql);
  const states = masterKeyStates(rows, deps.safeguards.masterKeys, config, deps.clock.now());
  return json(200, {
    keys: states.map((key) => ({
      fingerprint: key.fingerprint,
      configured: key.configured,
      state: key.state,
      length: key.length,
      first_seen_at: key.firstSeenAt.toISOString(),
      valid_until: key.validUntil?.toISOString() ?? null,
      uses: key.uses,
      uses_after_rotation: key.usesAfterRotation,
      last_used_at: key.lastUsedAt?.toISOString() ?? null,
      clients: key.clients,
    })),
  });
};

const rotate: Run = async (deps, context) => {
  requireMasterOrPerson(context);
  const body = await readBody(context, rotateMasterSchema);
  const made = await rotateMasterKey(
    operationsOf(deps),
    actorOf(context),
    deps.safeguards.masterKeys,
    deps.policy().config,
    { graceMs: readGrace(body.grace_period), reason: body.reason ?? null, newKey: body.new_key ?? null },
  );
  return json(200, {
    master_key: made.secret,
    old_key_valid_until: made.validUntil.toISOString(),
    next: "It is shown this once. Put it into LITELLM_MASTER_KEY before the old one ends; it counts already.",
  });
};

const finish: Run = async (deps, context) => {
  requireMasterOrPerson(context);
  await readBody(context, finishMasterSchema);
  return json(200, { ended: await finishMasterKey(operationsOf(deps), actorOf(context)) });
};

export const MASTER_KEY_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/master_key/info", access: "admin", run: info },
  { method: "POST", path: "/master_key/rotate", access: "admin", run: rotate },
  { method: "POST", path: "/master_key/finish", access: "admin", run: finish },
];
