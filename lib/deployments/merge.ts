/** An update laid over a stored deployment: what is sent replaces, null removes, the rest stays; credentials stay where they went. */
import type { StoredDeploymentRow } from "#db/queries/deployments.ts";
import type { Config } from "../config/config.ts";
import { GatewayError } from "../errors.ts";
import { storableModelInfo } from "./model-info.ts";
import { addressOf, readStored, type StoredEntry } from "./reading.ts";
import type { UpdateModelBody } from "./schema.ts";
import { openCredentials } from "./seal.ts";
import { holdsSecret, type Params } from "./secret-members.ts";

export interface Merged {
  readonly entry: StoredEntry;
  /** Names of the credentials it had; null when they cannot be opened. */
  readonly secretBefore: readonly string[] | null;
  readonly secretSent: readonly string[];
}

/**
 * @throws GatewayError invalid_request when a sealed credential would stay and cannot, or would go to another address:
 * whoever may change an address must not learn the credential by it
 */
export function mergeEntry(row: StoredDeploymentRow, body: UpdateModelBody, config: Config): Merged {
  const sent = body.litellm_params ?? {};
  const opened = openCredentials(config.encryptionKey, row.id, row.sealed);
  const secretSent = Object.keys(sent).filter((name) => holdsSecret(name, sent[name]));
  // Without the old credential only a new one, or none on purpose, makes it whole again.
  if (opened.kind === "closed" && !Object.hasOwn(sent, "api_key"))
    throw new GatewayError("invalid_request", `This model cannot be changed as it stands: ${opened.reason}`, {
      param: "litellm_params.api_key",
    });
  const secret = opened.kind === "open" ? opened.secret : {};
  const before: StoredEntry = {
    id: row.id,
    modelName: row.modelName,
    params: { ...row.params, ...secret },
    modelInfo: row.modelInfo,
  };
  const entry: StoredEntry = {
    id: row.id,
    modelName: body.model_name ?? row.modelName,
    params: overlay(before.params, sent),
    modelInfo: overlay(row.modelInfo, storableModelInfo(body.model_info)),
  };
  const kept = Object.keys(secret).filter((name) => !Object.hasOwn(sent, name));
  const after = destination(entry, config);
  if (kept.length > 0 && after !== null && after !== destination(before, config)) {
    const names = kept.join(", ");
    throw new GatewayError(
      "invalid_request",
      `This change would send the stored credential to another address: send ${names} along, or null to drop it`,
      { param: `litellm_params.${kept[0]}` },
    );
  }
  return { entry, secretBefore: opened.kind === "open" ? Object.keys(secret) : null, secretSent };
}

function overlay(old: Params, sent: Params): Params {
  const pairs = Object.entries({ ...old, ...sent }).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return Object.fromEntries(pairs);
}

/** Where an entry's calls go; null when it cannot be read. */
function destination(entry: StoredEntry, config: Config): string | null {
  const { deployment } = readStored(entry, config);
  return deployment === null ? null : addressOf(deployment);
}
