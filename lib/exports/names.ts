/** What keys, users and teams of an export are called, gone ones too. */
import type { Sql } from "#db/client.ts";
import { userNames } from "#db/queries/console-keys.ts";
import type { SpendDimension } from "#db/queries/spend.ts";
import { keyNames, teamAliases } from "#db/queries/spend-records.ts";
import type { UsageDimension } from "./schema.ts";

/** The column behind each word, and what stands where there is none of it. */
export const USAGE_COLUMNS = {
  model: { column: "model_group", nothing: "(no model)" },
  team: { column: "team_id", nothing: "(no team)" },
  key: { column: "key_id", nothing: "(no key)" },
  user: { column: "user_id", nothing: "(nobody)" },
  provider: { column: "provider", nothing: "(none)" },
} as const satisfies Readonly<
  Record<UsageDimension, { readonly column: SpendDimension; readonly nothing: string }>
>;

/** Id -> name; ids that are their own name are absent. */
export async function namesOf(
  sql: Sql,
  by: UsageDimension,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (by === "user") return userNames(sql, [...ids]);
  if (by === "team") {
    const aliases = await teamAliases(sql, ids);
    return new Map([...aliases].flatMap(([id, alias]) => (alias === null ? [] : [[id, alias]])));
  }
  if (by !== "key") return new Map();
  const names = await keyNames(sql, ids);
  const all = new Map([...names].map(([id, key]) => [id, key.alias ?? `…${key.secret_last4}`]));
  return all.set("master", "master key");
}
