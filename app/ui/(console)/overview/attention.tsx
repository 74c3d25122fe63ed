/** What wants attention: requests without an answer, keys near their end or used oddly, dead models, failing checks. */
import { CircleCheck } from "lucide-react";
import { BudgetBar } from "#components/budget-bar.tsx";
import { ago, money, percent } from "#components/format.ts";
import { Card, CardHead } from "#components/ui/card.tsx";
import { recentAlerts } from "#db/queries/alerts.ts";
import { listBudgetRequests } from "#db/queries/budget-requests.ts";
import { keysNearBudget, listKeyRows } from "#db/queries/console-keys.ts";
import { readStandings } from "#lib/compliance/run.ts";
import type { Standing } from "#lib/compliance/standing.ts";
import { keyBudget } from "#lib/console/key-state.ts";
import { maySee, seesEverything } from "#lib/console/roles.ts";
import { keyName } from "../../../key-actions.ts";
import type { Deps, PageContext } from "../../../request.ts";
import { Line, Quiet } from "./line.tsx";
import { privacyDue } from "./privacy-due.ts";

const DAY_MS = 86_400_000;
const SHOWN = 6;
const WATCH_WORDS: Readonly<Record<string, string>> = {
  authentication_failures: "Wrong keys",
  key_new_network: "New network",
  key_above_habit: "Unusual use",
  key_every_model: "Every model",
  rotation_due: "Rotation due",
  key_rotation: "Key rotation",
};
const WATCH_ALERTS = Object.keys(WATCH_WORDS);

export async function Attention({ page, className }: { page: PageContext; className: string }) {
  const { deps, nowMs, ownUserId, session, timezone } = page;
  const own = ownUserId === null ? {} : { userId: ownUserId };
  const expiring = await listKeyRows(
    deps.sql,
    { nowMs, state: "expiring", ...own },
    "expires",
    "asc",
    1,
    SHOWN,
  );
  const spent = (await keysNearBudget(deps.sql, ownUserId, 50)).flatMap((row) => {
    const budget = keyBudget(row, nowMs, timezone);
    const limit = budget.limitNanoUsd ?? 0n;
    return limit > 0n && budget.spentNanoUsd * 10n >= limit * 8n ? [{ row, budget, limit }] : [];
  });
  const requests =
    seesEverything(session.role) && maySee(session.role, "budgets")
      ? await listBudgetRequests(deps.sql, { by: null, state: "open", most: SHOWN })
      : [];
  const unusable = deps.policy().config.deployments.filter((deployment) => deployment.unusable !== null);
  const checks = maySee(session.role, "compliance") ? await failingChecks(deps) : [];
  const due = maySee(session.role, "privacy") ? await privacyDue(deps, nowMs) : [];
  const link = maySee(session.role, "keys");
  // What is about everybody's keys is not shown to whoever sees only their own.
  const odd =
    ownUserId === null
      ? await recentAlerts(deps.sql, { kinds: WATCH_ALERTS, since: new Date(nowMs - 7 * DAY_MS) }, SHOWN)
      : [];
  const nothing = [due, requests, expiring.rows, spent, unusable, odd, checks].every(
    (list) => list.length === 0,
  );
  return (
    <Card className={className}>
      <CardHead
        title="Needs attention"
        note="Requests without an answer or near their day, keys near their end or used oddly, models that cannot be called, and failing checks"
      />
      {nothing ? (
        <Quiet icon={<CircleCheck aria-hidden className="size-4" />}>Nothing does.</Quiet>
      ) : (
        <ul>
          {due.slice(0, SHOWN).map((one) => (
            <Line
              key={one.id}
              href={one.href}
              name={one.name}
              badge={one.badge}
              tone={one.late ? "bad" : "warn"}
            >
              <span className="w-full truncate text-faint text-xs">{one.note}</span>
            </Line>
          ))}
          {requests.map((row) => (
            <Line
              key={row.id}
              href="/ui/budgets?view=requests"
              name={row.subjectName ?? row.subjectId}
              badge={`Asks for ${money(row.amountNanoUsd)}`}
            >
              <span className="w-full truncate text-faint text-xs" title={row.reason}>
                {row.requesterName ?? row.requestedBy}: {row.reason}
              </span>
            </Line>
          ))}
          {odd.map((alert) => (
            <Line
              key={alert.id}
              href={
                link && alert.subject_kind === "key" && alert.subject_id !== "master"
                  ? `/ui/keys/${alert.subject_id}`
                  : null
              }
              name={alert.subject_name}
              badge={WATCH_WORDS[alert.kind] ?? alert.kind.replaceAll("_", " ")}
            >
              <span className="w-full truncate text-faint text-xs" title={alert.message}>
                {alert.message}, {ago(alert.at, nowMs)}
              </span>
            </Line>
          ))}
          {spent.slice(0, SHOWN).map(({ row, budget, limit }) => (
            <Line
              key={row.id}
              href={link ? `/ui/keys/${row.id}` : null}
              name={keyName(row)}
              badge={`${percent(Number(budget.spentNanoUsd), Number(limit))} of its budget`}
            >
              <BudgetBar
                className="w-32"
                spent={budget.spentNanoUsd}
                limit={limit}
                soft={budget.softNanoUsd}
              />
            </Line>
          ))}
          {expiring.rows.map((row) => (
            <Line
              key={`ends-${row.id}`}
              href={link ? `/ui/keys/${row.id}` : null}
              name={keyName(row)}
              badge="Expiring"
            >
              <span className="text-faint text-xs">
                ends {row.expires_at ? ago(row.expires_at, nowMs) : ""}
              </span>
            </Line>
          ))}
          {checks.slice(0, SHOWN).map(({ check, line }) => (
            <Line
              key={`check-${check.id}`}
              href={`/ui/compliance/${check.id}`}
              name={check.title}
              badge="Failing check"
            >
              <span className="w-full truncate text-faint text-xs" title={line}>
                {line}
              </span>
            </Line>
          ))}
          {unusable.slice(0, SHOWN).map((deployment) => (
            <Line key={deployment.id} href="/ui/models" name={deployment.modelGroup} badge="Cannot be called">
              <span className="w-full truncate text-faint text-xs" title={deployment.unusable ?? ""}>
                {deployment.unusable}
              </span>
            </Line>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** From what was kept: nothing is looked at anew for a page. */
async function failingChecks(deps: Deps): Promise<readonly Standing[]> {
  return (await readStandings(deps)).filter(({ status }) => status === "failed");
}
