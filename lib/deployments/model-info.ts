/** The free part of `model_info` as it is stored: without what the gateway adds itself, and without anything that says secret. */
import { GatewayError } from "../errors.ts";
import { holdsSecret, type Params } from "./secret-members.ts";

/** Shown by /model/info and sent back by consoles: never stored. */
const COMPUTED = new Set([
  "id",
  "db_model",
  "litellm_provider",
  "price_source",
  "has_credential",
  "unusable",
  "key",
  "created_at",
  "created_by",
  "updated_at",
  "updated_by",
]);

/** @throws GatewayError invalid_request */
export function storableModelInfo(modelInfo: Params): Params {
  const pairs = Object.entries(modelInfo).filter(([name]) => !COMPUTED.has(name));
  for (const [name, value] of pairs) {
    if (value === null || value === undefined) continue;
    if (holdsSecret(name, value))
      throw invalid(
        `model_info.${name} sounds like a credential, and model_info is shown: put it into litellm_params`,
        name,
      );
    if (name === "team_id")
      throw invalid(
        "model_info.team_id is not supported: name the model in the team's models, or use model_info.access_groups",
        name,
      );
  }
  return Object.fromEntries(pairs);
}

function invalid(message: string, name: string): GatewayError {
  return new GatewayError("invalid_request", message, { param: `model_info.${name}` });
}
