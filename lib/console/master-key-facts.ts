/** What may be said of the master key: where it is, how long it is, how old. Never a part of it. */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Config } from "../config/config.ts";
import { masterKeyWeakness } from "../config/master-key.ts";

export interface MasterKeyFacts {
  readonly place:
    | { readonly kind: "variable"; readonly name: string }
    | { readonly kind: "made"; readonly file: string; readonly at: Date }
    | { readonly kind: "configured" };
  readonly length: "under 20" | "20 to 31" | "32 to 63" | "64 or more";
  /** The rest of a sentence that begins with "the master key"; null when it is strong. */
  readonly weakness: string | null;
  readonly previousUntil: Date | null;
}

/** Null when there is none. */
export function masterKeyFacts(
  config: Pick<
    Config,
    "masterKey" | "masterKeyVariable" | "dataDir" | "previousMasterKey" | "previousMasterKeyExpiresAt"
  >,
): MasterKeyFacts | null {
  const { masterKey, masterKeyVariable } = config;
  if (masterKey === null) return null;
  const size = masterKey.length;
  return {
    place:
      masterKeyVariable === null
        ? (madeFile(config.dataDir, masterKey) ?? { kind: "configured" })
        : { kind: "variable", name: masterKeyVariable },
    length: size < 20 ? "under 20" : size < 32 ? "20 to 31" : size < 64 ? "32 to 63" : "64 or more",
    weakness: masterKeyWeakness(masterKey),
    previousUntil: config.previousMasterKey === null ? null : config.previousMasterKeyExpiresAt,
  };
}

/** The file of the first start, when the key in it is the one that counts. */
function madeFile(
  dataDir: string,
  masterKey: string,
): Extract<MasterKeyFacts["place"], { kind: "made" }> | null {
  const file = path.join(dataDir, "secrets", "master-key");
  try {
    if (readFileSync(file, "utf8").trim() !== masterKey) return null;
    return { kind: "made", file: "secrets/master-key in the data folder", at: statSync(file).mtime };
  } catch (error) {
    // No such file: the key came from elsewhere.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
