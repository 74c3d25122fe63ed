/** What holds for users of kind `service`: programs' accounts, which nobody signs in to and a person answers for. */
import type { Tx } from "#db/client.ts";
import { findUser } from "#db/queries/users.ts";
import { GatewayError } from "../errors.ts";

/** Where a service account's metadata names the person who answers for it. */
export const OWNER_FIELD = "owner_user_id";

/** @throws GatewayError invalid_request when it could be signed in to, or nobody answers for it */
export async function requireServiceAccount(
  tx: Tx,
  account: { readonly email: string | null; readonly metadata: Readonly<Record<string, unknown>> },
): Promise<void> {
  if (account.email !== null)
    throw new GatewayError(
      "invalid_request",
      "A service account has no e-mail address: nobody signs in to it. Leave user_email out.",
      { param: "user_email" },
    );
  const owner = account.metadata[OWNER_FIELD];
  const person = typeof owner === "string" && owner !== "" ? await findUser(tx, owner) : null;
  if (person?.kind !== "person")
    throw new GatewayError(
      "invalid_request",
      `metadata.${OWNER_FIELD} must be the id of the person who answers for this service account`,
      { param: "metadata" },
    );
}
