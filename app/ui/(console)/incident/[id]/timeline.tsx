/** What was done in an incident, in order. */
import Link from "next/link";
import { clock, moment } from "#components/format.ts";
import { stepWord } from "#components/incident/words.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import type { StepRow } from "#db/queries/incidents.ts";

export function Timeline({
  steps,
  timezone,
  incidentId,
}: {
  steps: readonly StepRow[];
  timezone: string;
  incidentId: string;
}) {
  return (
    <Card>
      <CardHead
        title="Timeline"
        actions={
          <Link
            href={`/ui/audit?q=${incidentId}`}
            prefetch={false}
            className="text-accent text-xs hover:underline"
          >
            Audit events
          </Link>
        }
      />
      <ol>
        {steps.map((step) => (
          <li
            key={step.number}
            className="flex flex-wrap items-baseline gap-x-3 border-line border-t px-4 py-2 text-sm"
          >
            <time
              dateTime={step.at.toISOString()}
              title={moment(step.at, timezone)}
              className="num w-16 shrink-0 text-faint text-xs"
            >
              {clock(step.at, timezone)}
            </time>
            <span className="font-medium">{stepWord(step.action)}</span>
            {step.outcome === "drill" && <Badge tone="accent">drill</Badge>}
            <span className="min-w-0 flex-1 break-words text-soft text-xs">
              {detailOf(step)} by {step.by}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function detailOf({ detail }: StepRow): string {
  const { actions, ended, keys, reason, stopped, summary } = detail;
  const parts = [
    Array.isArray(actions) ? actions.join(", ") : null,
    typeof keys === "number" && keys > 0 ? `${keys} keys` : null,
    typeof ended === "number" ? `${ended} sessions` : null,
    Array.isArray(stopped) ? `${stopped.length} exports` : null,
    typeof summary === "string" ? summary : null,
    typeof reason === "string" ? reason : null,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}
