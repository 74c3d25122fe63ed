/** What is left to do: look at the calls, give out new keys, tell people. */
import Link from "next/link";
import { CodeBlock } from "#components/code-block.tsx";
import { plural } from "#components/format.ts";
import { Card, CardHead } from "#components/ui/card.tsx";
import { keysOf } from "#db/queries/incident-scope.ts";
import type { IncidentJobRow, IncidentRow } from "#db/queries/incidents.ts";
import { messageDrafts } from "#lib/incident/drafts.ts";
import type { Impact } from "#lib/incident/impact.ts";
import type { Deps } from "../../../../request.ts";

const SHOWN = 100;
/** The guide's own lines; the log has these phrases. */
const GREPS = `tail -f gateway.log | grep "Authentication failed"
tail -f gateway.log | grep "rate_limit_exceeded"
tail -f gateway.log | grep "model not found"
tail -f gateway.log | grep "frozen"`;

export async function After({
  incident,
  impact,
  jobs,
  sql,
  nowMs,
}: {
  incident: IncidentRow;
  impact: Impact;
  jobs: readonly IncidentJobRow[];
  sql: Deps["sql"];
  nowMs: number;
}) {
  const revoked = [...new Set(jobs.filter((job) => !job.drill).flatMap((job) => job.key_ids))];
  const keys = revoked.length === 0 ? [] : await keysOf(sql, revoked, new Date(nowMs), SHOWN);
  const drafts = messageDrafts({
    scope: impact.scope,
    openedAt: incident.opened_at,
    keys: revoked.length || impact.keys,
    frozen: incident.frozen > 0,
    revoked: revoked.length,
    reason: incident.reason,
  });
  return (
    <>
      <Card>
        <CardHead title="Look at the calls" />
        <div className="flex flex-col gap-3 px-4 pb-4 text-sm">
          <ul className="flex list-disc flex-col gap-1 pl-4">
            {logLinks(impact).map(({ href, name }) => (
              <li key={href}>
                <Link href={href} prefetch={false} className="text-accent underline underline-offset-2">
                  {name}
                </Link>
              </li>
            ))}
          </ul>
          <CodeBlock text={GREPS} label="Copy the commands" />
        </div>
      </Card>
      {revoked.length > 0 && (
        <Card>
          <CardHead title="Keys to give out anew" note={`${plural(revoked.length, "key")} revoked`} />
          <ul>
            {keys.map((key) => (
              <li key={key.id} className="flex items-center gap-3 border-line border-t px-4 py-2 text-sm">
                <Link
                  href={`/ui/keys/${key.id}`}
                  prefetch={false}
                  className="min-w-0 flex-1 truncate hover:underline"
                >
                  {key.alias ?? `${key.start}…${key.last4}`}
                </Link>
                <span className="truncate text-faint text-xs">
                  {key.team_name ?? key.team_id ?? key.user_name ?? key.user_id ?? "no owner"}
                </span>
              </li>
            ))}
          </ul>
          {revoked.length > SHOWN && (
            <p className="px-4 py-2 text-faint text-xs">
              The first {SHOWN}; all of them are in the evidence.
            </p>
          )}
        </Card>
      )}
      <Card>
        <CardHead title="Messages" note="Drafts: finish and send them yourself." />
        <div className="flex flex-col gap-3 px-4 pb-4 text-sm">
          {drafts.map((draft) => (
            <details key={draft.title}>
              <summary className="cursor-pointer font-medium">{draft.title}</summary>
              <CodeBlock text={draft.text} label="Copy the message" className="mt-2" />
            </details>
          ))}
        </div>
      </Card>
    </>
  );
}

function logLinks({ scope, top_applications: applications }: Impact): { href: string; name: string }[] {
  if (scope.kind === "key")
    return [{ href: `/ui/logs?range=30d&key=${scope.id}`, name: "Calls of this key" }];
  if (scope.kind === "master_key")
    return [{ href: "/ui/logs?range=30d&key=master", name: "Calls of the master key" }];
  return [
    { href: "/ui/logs?range=7d", name: "All calls" },
    { href: "/ui/logs?range=7d&outcome=refused", name: "Denied calls" },
    ...applications.slice(0, 5).map((one) => ({
      href: `/ui/logs?range=7d&key=${one.key_id}`,
      name: `Calls of ${one.name}`,
    })),
  ];
}
