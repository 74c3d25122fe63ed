/** The alert of a key that names every model, also those that are added later. */
import { type AlertDeps, raiseAlert } from "#lib/alerts/alerts.ts";
import type { KeyRow } from "#lib/keys/view.ts";
import { isAway } from "../database-health.ts";

const EVERY = ["*", "all-proxy-models"];

/** Raised once for each key. The key is made already, so what fails here is told to the log alone. */
export function tellEveryModel(deps: AlertDeps, row: KeyRow): void {
  if (!row.models.some((model) => EVERY.includes(model))) return;
  const name = row.alias ?? row.id;
  raiseAlert(deps, {
    kind: "key_every_model",
    subject: { kind: "key", id: row.id, name },
    cause: "models",
    message: `key "${name}" may call every model, also models that are added later`,
    data: { by: row.updatedBy },
  }).catch((error: unknown) => {
    if (!isAway(error)) deps.log.warn({ err: error }, "the alert of a key for every model was not raised");
  });
}
