/** The credentials of a stored deployment, sealed for its row. */
import { GatewayError } from "../errors.ts";
import { open, seal } from "../secret-box.ts";
import type { Params } from "./secret-members.ts";

/** A sealed text copied to another row does not open there. */
const contextOf = (id: string) => `stored_deployments:${id}`;

/**
 * Credentials as the column holds them; null without any.
 * @throws GatewayError invalid_request when there is something to seal and no key to seal it with
 */
export function sealCredentials(encryptionKey: string | null, id: string, secret: Params): string | null {
  const names = Object.keys(secret);
  if (names.length === 0) return null;
  if (encryptionKey === null) {
    throw new GatewayError(
      "invalid_request",
      `This gateway has no SHIN_ENCRYPTION_KEY and so stores no credential (${names.join(", ")}): set it (openssl rand -hex 32) and start again.`,
      { param: "litellm_params" },
    );
  }
  return seal(encryptionKey, contextOf(id), JSON.stringify(secret));
}

export type OpenedCredentials =
  | { readonly kind: "open"; readonly secret: Params }
  | { readonly kind: "closed"; readonly reason: string };

/** The credentials of a row, or why they cannot be had. Never throws for what is stored. */
export function openCredentials(
  encryptionKey: string | null,
  id: string,
  sealed: string | null,
): OpenedCredentials {
  if (sealed === null) return { kind: "open", secret: {} };
  if (encryptionKey === null) return closed("its credential is sealed and SHIN_ENCRYPTION_KEY is not set");
  const opened = open(encryptionKey, contextOf(id), sealed);
  if (opened.kind === "otherKey")
    return closed(
      "its credential was sealed under another SHIN_ENCRYPTION_KEY: set that one, or send api_key again",
    );
  if (opened.kind === "damaged")
    return closed(
      "its sealed credential was changed in the database or belongs to another row: send api_key again",
    );
  const secret: Params = JSON.parse(opened.text);
  return { kind: "open", secret };
}

function closed(reason: string): OpenedCredentials {
  return { kind: "closed", reason };
}
