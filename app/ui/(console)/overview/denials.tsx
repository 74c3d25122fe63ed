/** What was denied last. */
import { ShieldCheck } from "lucide-react";
import Link from "next/link";
import { ago } from "#components/format.ts";
import { OutcomeBadge, reasonOf } from "#components/logs/outcome.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { listCalls } from "#db/queries/console-records.ts";
import type { PageContext } from "../../../request.ts";
import { More, Quiet } from "./line.tsx";

const DAY_MS = 86_400_000;
const SHOWN = 6;

export async function LatestDenials({ page, className }: { page: PageContext; className: string }) {
  const { deps, nowMs, ownUserId } = page;
  const filter = {
    fromMs: nowMs - 7 * DAY_MS,
    toMs: null,
    outcome: "refused" as const,
    ...(ownUserId === null ? {} : { userId: ownUserId }),
  };
  const rows = (await listCalls(deps.sql, filter, 0, SHOWN)).slice(0, SHOWN);
  return (
    <Card className={className}>
      <CardHead
        title="Latest denials"
        note="The last 7 days"
        actions={<More href="/ui/logs?range=7d&outcome=refused" />}
      />
      {rows.length === 0 ? (
        <Quiet icon={<ShieldCheck aria-hidden className="size-4" />}>
          Nothing was denied in the last 7 days.
        </Quiet>
      ) : (
        <ul>
          {rows.map((row) => (
            <li
              key={row.id}
              className="relative flex items-center gap-3 border-line border-t px-4 py-2 text-sm hover:bg-hover/60"
            >
              <OutcomeBadge outcome={row.outcome} status={row.status_code} />
              <span className="min-w-0 flex-1">
                <Link
                  href={`/ui/logs?range=7d&outcome=refused&id=${row.id}`}
                  prefetch={false}
                  className="block truncate after:absolute after:inset-0"
                >
                  {reasonOf({ rule: row.rule, code: row.error_code }) ?? "denied"}
                </Link>
                <span className="block truncate text-faint text-xs">
                  {row.key_alias ?? (row.key_id === "master" ? "master key" : row.key_id)} · {row.model}
                </span>
              </span>
              <span className="shrink-0 text-faint text-xs">{ago(row.started_at, nowMs)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
