/** Which tables a backup holds, and in which order they can be filled again. */
import type { TableFacts } from "#db/queries/backup.ts";
import { PERSONAL_DATA } from "../privacy/registry.ts";

/**
 * Left out: migrations make the first anew, the second is empty whenever a transaction has ended, and the third holds secrets
 * for a day, which must not lie in backups for months.
 */
export const LEFT_OUT = ["shin_migrations", "audit_pending", "idempotent_requests"];

/** Ours, by the registry that names every table; others may live in the same database. */
export function isKept({ name, parent }: Pick<TableFacts, "name" | "parent">): boolean {
  return Object.hasOwn(PERSONAL_DATA, parent ?? name) && !LEFT_OUT.includes(name);
}

/** Whoever is leaned on comes first. */
export function inOrder(
  tables: readonly TableFacts[],
  references: readonly { readonly from: string; readonly to: string }[],
): TableFacts[] {
  const placed = new Set<string>();
  const rest = [...tables];
  const order: TableFacts[] = [];
  while (rest.length > 0) {
    const at = rest.findIndex(({ name }) =>
      references.every(
        ({ from, to }) => from !== name || placed.has(to) || !rest.some((one) => one.name === to),
      ),
    );
    // A circle of references cannot be put in order; there is none, and its tables would come as they stand.
    const [next] = rest.splice(Math.max(0, at), 1);
    if (!next) break;
    placed.add(next.name);
    order.push(next);
  }
  return order;
}
