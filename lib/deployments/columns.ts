/** An entry -> the columns that hold it: checked, its credentials parted from the rest and sealed. */
import type { Config, Deployment } from "../config/config.ts";
import { GatewayError } from "../errors.ts";
import { readStored, type StoredEntry } from "./reading.ts";
import { sealCredentials } from "./seal.ts";
import { type Params, partParams } from "./secret-members.ts";

/** Validates as config.yaml is validated, then parts and seals. @throws GatewayError invalid_request with every fault */
export function columnsOf(config: Config, entry: StoredEntry) {
  const { deployment, faults, warnings } = readStored(entry, config);
  const { open, secret } = partParams(entry.params);
  const isKeyless =
    deployment?.unusable != null && deployment.apiKey === null && !isWarned(deployment.unusable, warnings);
  const said = isKeyless ? [keylessText(deployment)] : faults;
  if (deployment === null || isKeyless) {
    const message = hide(said.join("; "), secret);
    throw new GatewayError("invalid_request", message, { param: "litellm_params" });
  }
  const columns = {
    modelName: deployment.modelGroup,
    params: open,
    sealed: sealCredentials(config.encryptionKey, entry.id, secret),
    modelInfo: entry.modelInfo,
  };
  return { columns, warnings: warnings.map((warning) => hide(warning, secret)) };
}

function keylessText({ guarded, unusable }: Deployment): string {
  return guarded
    ? "api_key is missing: a key of the gateway's own environment is not sent to an address that came through the API"
    : `${unusable}: send api_key`;
}

/** A dialect that is not spoken is accepted with a warning, as in config.yaml; a key that is missing can be sent at once. */
function isWarned(reason: string, warnings: readonly string[]): boolean {
  return warnings.some((warning) => warning.includes(reason));
}

/** Messages quote what is wrong; a credential in the wrong place must not be quoted. */
function hide(message: string, secret: Params): string {
  return leaves(secret).reduce(
    (text, leaf) => (leaf.length < 4 ? text : text.replaceAll(leaf, "[hidden]")),
    message,
  );
}

function leaves(value: unknown): string[] {
  // As it stands, and as messages quote it: escaped, and of a long one the start.
  if (typeof value === "string") return [value, JSON.stringify(value).slice(1, 60)];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(leaves);
}
