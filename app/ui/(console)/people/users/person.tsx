/** What a person's row says in words: status, and the target of what can be done. */
import type { PersonTarget } from "#components/people/target.ts";
import { Badge } from "#components/ui/badge.tsx";
import type { PersonRow } from "#db/queries/console-people.ts";
import { roleOf } from "#lib/console/roles.ts";

export function personName({ alias, email, id }: Pick<PersonRow, "alias" | "email" | "id">): string {
  return alias ?? email ?? id;
}

export function PersonBadge({ row }: { row: PersonRow }) {
  if (row.blocked)
    return (
      <Badge tone="bad" dot title="Calls with the keys are refused, and nobody signs in">
        Blocked
      </Badge>
    );
  if (row.kind === "service")
    return (
      <Badge tone="good" dot title="Its keys work">
        Active
      </Badge>
    );
  if (row.has_access)
    return (
      <Badge tone="good" dot title="Can sign in">
        Active
      </Badge>
    );
  if (row.invited_until)
    return (
      <Badge tone="accent" dot title="Has a link that was not used yet">
        Invited
      </Badge>
    );
  return (
    <Badge tone="neutral" dot title="Cannot sign in: make an invitation link">
      No sign-in
    </Badge>
  );
}

export function personTarget(row: PersonRow, selfId: string): PersonTarget {
  return {
    id: row.id,
    name: personName(row),
    email: row.email,
    role: roleOf(row.role),
    blocked: row.blocked,
    self: row.id === selfId,
    hasAccess: row.has_access,
    service: row.kind === "service" ? { ownerId: row.owner_id ?? "" } : null,
    keys: row.keys,
  };
}
