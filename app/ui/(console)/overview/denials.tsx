/** What was denied last. */
import { ShieldCheck } from "lucide-react";
import Link from "next/link";
import { ago } from "#components/format.ts";
import { OutcomeBadge, reasonOf } from "#components/logs/outcome.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { latestDenials } from "#lib/console/figures-to-now.ts";
import type { PageContext } from "../../../request.ts";
import { More, Quiet } from "./line.tsx";

const DAY_MS = 86_400_000;
const SHOWN = 6;

/** @param denied how many the page has just counted */
export async function LatestDenials(props: { page: PageContext; denied: number; className: string }) {
  const { page, denied, className } = props;
  const { deps, nowMs, ownUserId } = page;
  const asked = { fromMs: nowMs - 7 * DAY_MS, most: SHOWN };
  const rows = (await latestDenials(deps.sql, asked, denied, ownUserId, nowMs)).slice(0, SHOWN);
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
