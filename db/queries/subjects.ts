/** End users and tags as calls name them: their row, if they have one, with their tier. */
import type { Sql } from "../client.ts";
import { ceilings, type OwnerRow, type TierRow } from "./callers.ts";

export type NamedKind = "end_user" | "tag";

export interface SubjectRow {
  /** Null: nobody made a row for this name. */
  own: OwnerRow | null;
  tier: TierRow | null;
  /** Processing of their data is restricted. */
  restricted: boolean;
}

/** @param tierId the tier of those that name none; null: no tier */
export async function findSubject(
  sql: Sql,
  kind: NamedKind,
  id: string,
  tierId: string | null,
): Promise<SubjectRow> {
  const [table, key, name] = kind === "tag" ? ["tags", "name", "name"] : ["end_users", "id", "alias"];
  const [row] = await sql<SubjectRow[]>`
    select (select row_to_json(o) from (select s.${sql(key)} as id, s.${sql(name)} as name, s.models, s.blocked,
        ${ceilings(sql, "s")}) o where s.${sql(key)} is not null) as own,
      (select row_to_json(o) from (select b.id, ${ceilings(sql, "b")} from budgets b
        where b.id = coalesce(s.budget_id, ${tierId})) o) as tier,
      exists (select from privacy_holds h where h.kind = 'restriction' and h.subject_kind = ${kind}
        and h.subject_id = ${id} and h.ended_at is null) as restricted
    from (select 1) one left join ${sql(table)} s on s.${sql(key)} = ${id}`;
  return row ?? { own: null, tier: null, restricted: false };
}
