/** What an incident's scope hits now, or hit in its time. */
import Link from "next/link";
import { ago, integer, moment } from "#components/format.ts";
import { Card, CardHead } from "#components/ui/card.tsx";
import { Facts } from "#components/ui/facts.tsx";
import type { Impact as Found } from "#lib/incident/impact.ts";

const SHOWN = 8;

export function Impact({
  impact,
  recorded,
  timezone,
  nowMs: now,
}: {
  impact: Found;
  /** From the incident's record: it is as it was then. */
  recorded: boolean;
  timezone: string;
  nowMs: number;
}) {
  const { calls_per_minute: rate, keys, owners, top_applications: applications } = impact;
  const asOf = new Date(impact.as_of);
  const nowMs = recorded ? asOf.getTime() : now;
  return (
    <Card>
      <CardHead title="Impact" note={recorded ? `As it was at ${moment(asOf, timezone)}` : "As it is now"} />
      <Facts
        facts={[
          ["Live keys", integer(keys)],
          ["Calls", `${rate} a minute in the hour before`],
          [
            "To notify",
            owners.length === 0
              ? "nobody: the keys have no owners"
              : owners
                  .slice(0, SHOWN)
                  .map((owner) => owner.email ?? owner.name ?? owner.id)
                  .join(", "),
          ],
        ]}
      />
      {applications.length > 0 && (
        <ul className="border-line border-t" aria-label="Keys that are used most">
          {applications.slice(0, SHOWN).map((one) => (
            <li
              key={one.key_id}
              className="flex items-center gap-3 border-line border-b px-4 py-2 text-sm last:border-b-0"
            >
              <Link
                href={`/ui/keys/${one.key_id}`}
                prefetch={false}
                className="min-w-0 flex-1 truncate hover:underline"
              >
                {one.name}
              </Link>
              <span className="truncate text-faint text-xs">{one.owner ?? "no owner"}</span>
              <span className="num shrink-0 text-soft text-xs">
                {one.calls_last_hour > 0
                  ? `${integer(one.calls_last_hour)} calls`
                  : one.last_used_at
                    ? `used ${ago(new Date(one.last_used_at), nowMs)}`
                    : "no calls"}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
