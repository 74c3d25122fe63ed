/** Where a key is used from, and what was odd about its use. */
import { ago, moment } from "#components/format.ts";
import { Card, CardHead } from "#components/ui/card.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { recentAlerts } from "#db/queries/alerts.ts";
import { networksOfKey } from "#db/queries/key-networks.ts";
import type { PageContext } from "../../../../request.ts";

const DAYS_MS = 30 * 86_400_000;
const KINDS = ["key_new_network", "key_above_habit", "key_every_model", "rotation_due", "key_rotation"];

export async function KeyWatchCard({ page, keyId }: { page: PageContext; keyId: string }) {
  const { deps, nowMs, timezone } = page;
  const subject = { kind: "key", id: keyId };
  const alerts = await recentAlerts(deps.sql, { kinds: KINDS, since: new Date(nowMs - DAYS_MS), subject }, 5);
  const networks = await networksOfKey(deps.sql, keyId, 8);
  return (
    <>
      {alerts.map((alert) => (
        <Notice key={alert.id} tone="warn">
          {moment(alert.at, timezone)}: {alert.message}
        </Notice>
      ))}
      {networks.length > 0 && (
        <Card>
          <CardHead title="Networks" note="Where it is used from, learned from its calls" />
          <ul>
            {networks.map((row) => (
              <li
                key={row.network}
                className="flex items-center gap-3 border-line border-t px-4 py-2 text-sm"
              >
                <code className="min-w-0 flex-1 truncate font-mono text-xs">{row.network}</code>
                <span className="text-faint text-xs">
                  since {moment(row.first_seen_at, timezone)}, last {ago(row.last_seen_at, nowMs)}
                </span>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}
