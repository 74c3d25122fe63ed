/** Models: what can be called, where it goes, what it costs and how it is. */
import { Boxes } from "lucide-react";
import type { Metadata } from "next";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { linkTo, readQuery } from "#components/data-table/query.ts";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { plural } from "#components/format.ts";
import { AddModel } from "#components/models/model-actions.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { lastChecks } from "#db/queries/console-models.ts";
import { modelActivity } from "#db/queries/console-overview.ts";
import { mayChange, PAGES } from "#lib/console/roles.ts";
import { openPage, type SearchParams } from "../../../request.ts";
import { columnsOf } from "./columns.tsx";
import { choicesOf, rowsOf } from "./rows.ts";

export const metadata: Metadata = { title: "Models" };

const DAY_MS = 86_400_000;
const SIZE = 50;
const STATES = ["ready", "resting", "unusable"] as const;
const { path } = PAGES.models;

export default async function ModelsPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("models");
  const { deps, nowMs, ownUserId, session } = page;
  const params = await searchParams;
  const query = readQuery(params);
  const search = query.text("q")?.toLowerCase();
  const state = query.word("status", STATES);
  const number = query.whole("page", 1, 1, 1000);
  await deps.ledger.flush();
  const activity = await modelActivity(deps.sql, nowMs - DAY_MS, ownUserId);
  const all = rowsOf(
    page,
    deps.policy().groups.all.map((group) => group.deployments),
  );
  const matching = all.filter(
    ({ deployment: one, state: its }) =>
      (state === undefined || its === state) &&
      (search === undefined ||
        `${one.modelGroup} ${one.provider} ${one.upstreamModel}`.toLowerCase().includes(search)),
  );
  const rows = matching.slice((number - 1) * SIZE, number * SIZE);
  const change = mayChange(session.role);
  const choices = change ? choicesOf(page) : null;
  const checks = await lastChecks(
    deps.sql,
    rows.map((row) => row.deployment.id),
    nowMs - DAY_MS,
  );
  const groups = new Set(all.map((row) => row.deployment.modelGroup)).size;
  const filters = [search, state].filter((one) => one !== undefined).length;
  return (
    <>
      <PageHeader
        title="Models"
        note={`${plural(groups, "model")} on ${plural(all.length, "deployment")}. They come from config.yaml and from this page.`}
        actions={choices && <AddModel choices={choices} />}
      />
      <DroppedNotice names={query.dropped} />
      <FilterBar
        fields={[
          { name: "q", label: "Search models", placeholder: "Model, provider or upstream name" },
          {
            name: "status",
            label: "State",
            any: "Any state",
            options: [
              { value: "ready", label: "Ready" },
              { value: "resting", label: "Resting after errors" },
              { value: "unusable", label: "Cannot be called" },
            ],
          },
        ]}
      />
      <DataTable
        caption="Deployments"
        columns={columnsOf({ page, activity, checks, choices })}
        rows={rows}
        keyOf={(row) => row.deployment.id}
        state={{ path, params, page: number, size: SIZE, total: matching.length }}
        empty={
          filters > 0 ? (
            <NothingMatches what="models" filters={filters} clearHref={linkTo(path, {}, {})} />
          ) : (
            <NothingYet icon={Boxes} title="No models yet">
              <p>Add one here or to model_list in config.yaml; it is in force as soon as it is saved.</p>
              {choices && <AddModel choices={choices} />}
            </NothingYet>
          )
        }
      />
    </>
  );
}
