/** One incident: what it hits, what to do, how far that is, and what is left to do after. */
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { moment, plural } from "#components/format.ts";
import { OnePress } from "#components/incident/one-press.tsx";
import { RunActions } from "#components/incident/run-actions.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { RefreshButton } from "#components/shell/refresh-button.tsx";
import { buttonVariants } from "#components/ui/button.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { Facts } from "#components/ui/facts.tsx";
import { findIncident, incidentSteps, jobsOfIncident, listFreezes } from "#db/queries/incidents.ts";
import { mayChange, PAGES } from "#lib/console/roles.ts";
import { impactOf, recordedImpact } from "#lib/incident/impact.ts";
import { scopeOf } from "#lib/incident/run.ts";
import { openPage } from "../../../../request.ts";
import { IncidentBadges } from "../badges.tsx";
import { After } from "./after.tsx";
import { Impact } from "./impact.tsx";
import { Timeline } from "./timeline.tsx";

export const metadata: Metadata = { title: "Incident" };

export default async function OneIncident({ params }: { params: Promise<{ id: string }> }) {
  const { deps, session, nowMs, timezone } = await openPage("incident");
  const { id } = await params;
  const incident = await findIncident(deps.sql, id);
  if (!incident) notFound();
  await deps.ledger.flush();
  const scope = scopeOf(incident);
  // What a closed one would hit today tells nothing of it.
  const recorded = incident.state === "closed" ? recordedImpact(incident.impact, incident.opened_at) : null;
  const impact = recorded ?? (await impactOf(deps.sql, scope, nowMs));
  const steps = await incidentSteps(deps.sql, id);
  const jobs = await jobsOfIncident(deps.sql, id);
  const freezes = (await listFreezes(deps.sql, id)).filter((freeze) => freeze.lifted_at === null);
  const acts = mayChange(session.role) && incident.state === "open";
  const needsSecond =
    deps.policy().config.incidentSecondPerson && !incident.drill && incident.approved_by === null;
  const running = jobs.find((job) => job.state === "running" || job.state === "queued");
  return (
    <>
      <PageHeader
        above={
          <Link href={PAGES.incident.path} prefetch={false} className="hover:underline">
            Incident
          </Link>
        }
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            {scope.label}
            <IncidentBadges incident={incident} />
          </span>
        }
        note={incident.reason}
        actions={
          <>
            {acts && freezes.length > 0 && (
              <OnePress
                label="Lift the freeze"
                title="Lift the freeze"
                description="Calls go on at once, on every instance."
                path="/incident/unfreeze"
                body={{ incident_id: id }}
                reasonField="reason"
                done="Calls go on"
              />
            )}
            {acts && needsSecond && incident.opened_by !== session.userId && (
              <OnePress
                label="Approve"
                title="Approve final actions"
                description="You agree to what cannot be undone: revoking keys, replacing the master key, ending sessions."
                path={`/incident/${id}/approve`}
                reasonField={null}
                done="Approved"
              />
            )}
            {acts && (
              <OnePress
                label="Close"
                title="Close this incident"
                description="Say what happened and what was done. Its freezes have to be lifted first."
                path={`/incident/${id}/close`}
                reasonField="summary"
                done="Closed"
              />
            )}
            <a href={`${PAGES.incident.path}/${id}/evidence`} className={buttonVariants()} download>
              Evidence (ZIP)
            </a>
            <RefreshButton />
          </>
        }
      />
      <div className="grid gap-5 xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-5">
          <Impact impact={impact} recorded={recorded !== null} timezone={timezone} nowMs={nowMs} />
          {acts && (
            <Card>
              <CardHead title="Actions" note="A freeze can be taken back; the others cannot." />
              <RunActions
                incidentId={id}
                keys={impact.keys}
                drill={incident.drill}
                frozen={freezes.length > 0}
                waitsForApproval={needsSecond}
              />
            </Card>
          )}
          <After incident={incident} impact={impact} jobs={jobs} sql={deps.sql} nowMs={nowMs} />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          {running && (
            <Card>
              <CardHead title="Under way" note="It goes on wherever a crash cut it off." />
              <div className="flex flex-col gap-2 px-4 pb-4 text-sm">
                <progress
                  className="w-full"
                  value={running.progress.done ?? 0}
                  max={Math.max(1, running.key_ids.length)}
                  aria-label="Keys revoked"
                />
                {running.progress.done ?? 0} of {plural(running.key_ids.length, "key")}
              </div>
            </Card>
          )}
          <Card>
            <CardHead title="Facts" />
            <Facts
              facts={[
                ["Opened", `${moment(incident.opened_at, timezone)} by ${incident.opened_by}`],
                [
                  "Approved",
                  incident.approved_at
                    ? `${moment(incident.approved_at, timezone)} by ${incident.approved_by}`
                    : "nobody yet",
                ],
                [
                  "Closed",
                  incident.closed_at
                    ? `${moment(incident.closed_at, timezone)} by ${incident.closed_by}`
                    : "open",
                ],
                ["Freezes in force", String(freezes.length)],
                [
                  "Id",
                  <code key="id" className="font-mono text-xs">
                    {id}
                  </code>,
                ],
              ]}
            />
          </Card>
          <Timeline steps={steps} timezone={timezone} incidentId={id} />
        </div>
      </div>
    </>
  );
}
