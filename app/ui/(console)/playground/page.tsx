/** Playground: a conversation with one model or two, through the gateway as any application would come. */

import { Boxes } from "lucide-react";
import type { Metadata } from "next";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { Playground } from "#components/playground/playground.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { teamAliases } from "#db/queries/spend-records.ts";
import { teamIdsOf } from "#db/queries/users.ts";
import { openPage, ownOrigin } from "../../../request.ts";

export const metadata: Metadata = { title: "Playground" };

export default async function PlaygroundPage() {
  const { deps, session } = await openPage("playground");
  const models = deps.policy().groups.all.map((group) => ({
    name: group.name,
    demo: group.deployments.every((deployment) => deployment.provider === "demo"),
  }));
  const teamIds = (await teamIdsOf(deps.db, [session.userId])).get(session.userId) ?? [];
  const names = await teamAliases(deps.sql, teamIds);
  return (
    <>
      <PageHeader
        title="Playground"
        note="Calls go through the gateway like any application's: the same limits, budgets and log. What is said stays in this browser."
      />
      {models.length === 0 ? (
        <div className="rounded-lg border border-line bg-surface shadow-card">
          <NothingYet icon={Boxes} title="No models yet">
            <p>Add one on the Models page or in config.yaml, then talk to it here.</p>
          </NothingYet>
        </div>
      ) : (
        <Playground
          models={models}
          teams={teamIds.map((id) => ({ id, name: names.get(id) ?? id }))}
          userId={session.userId}
          origin={await ownOrigin()}
        />
      )}
    </>
  );
}
