/** The state of an incident in words. */
import { Badge } from "#components/ui/badge.tsx";
import type { IncidentRow } from "#db/queries/incidents.ts";

export function IncidentBadges({ incident }: { incident: Pick<IncidentRow, "state" | "drill" | "frozen"> }) {
  return (
    <span className="flex flex-wrap gap-1">
      <Badge tone={incident.state === "open" ? "warn" : "neutral"}>{incident.state}</Badge>
      {incident.drill && <Badge tone="accent">drill</Badge>}
      {incident.frozen > 0 && (
        <Badge tone="bad" dot>
          frozen
        </Badge>
      )}
    </span>
  );
}
