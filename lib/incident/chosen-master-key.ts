/**
 * A master key that its operator made before asking for the rotation: whoever has it in hand already loses nothing when
 * the answer is lost, and may ask again. Whether it is good enough, new, and nobody else's secret.
 */
import { eq, or } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { masterKeys } from "#db/schema/assurance.ts";
import { virtualKeys } from "#db/schema/keys.ts";
import { hashSecret } from "#lib/keys/secret.ts";
import type { Config } from "../config/config.ts";
import { MAKE_MASTER_KEY, masterKeyWeakness } from "../config/master-key.ts";
import { GatewayError } from "../errors.ts";
import type { MasterKeyRing } from "./master-key-ring.ts";

/** @throws GatewayError invalid_request with what is weak about it, never with the key */
export function requireStrong(key: string, { encryptionKey }: Pick<Config, "encryptionKey">): void {
  const weakness = masterKeyWeakness(key);
  if (weakness !== null) throw refused(`new_key ${weakness}; ${MAKE_MASTER_KEY}`);
  if (encryptionKey !== null && key.replace(/^sk-/, "").toLowerCase() === encryptionKey)
    throw refused(`new_key is the encryption key, which guards other things; ${MAKE_MASTER_KEY}`);
}

/**
 * Null for a key that was never known here. One that a rotation made and that still counts was asked for before: its row.
 * @throws GatewayError invalid_request for a key that was a master key, or opens something else
 */
export async function madeBefore(
  tx: Tx,
  key: string,
  ring: MasterKeyRing,
  { masterKey, previousMasterKey }: Pick<Config, "masterKey" | "previousMasterKey">,
): Promise<typeof masterKeys.$inferSelect | null> {
  const hash = hashSecret(key);
  const [known] = await tx
    .select()
    .from(masterKeys)
    .where(eq(masterKeys.hash, ring.sealOf(hash)));
  if (known?.alone && known.validUntil === null) return known;
  if (known || key === masterKey || key === previousMasterKey)
    throw refused(`new_key is or was a master key already; ${MAKE_MASTER_KEY}`);
  const [virtual] = await tx
    .select({ id: virtualKeys.id })
    .from(virtualKeys)
    .where(or(eq(virtualKeys.secretHash, hash), eq(virtualKeys.previousSecretHash, hash)));
  if (virtual) throw refused(`new_key is the secret of a virtual key; ${MAKE_MASTER_KEY}`);
  return null;
}

function refused(sentence: string): GatewayError {
  return new GatewayError("invalid_request", sentence, { param: "new_key" });
}
