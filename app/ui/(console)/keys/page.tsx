/** Keys: who may call, with which limits, and what it cost. */
import { KeyRound } from "lucide-react";
import type { Metadata } from "next";
import { Suspense } from "react";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { linkTo, type RawParams, readQuery } from "#components/data-table/query.ts";
import { SavedViews } from "#components/data-table/saved-views.tsx";
import { SelectionProvider } from "#components/data-table/selection.tsx";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { BulkBar } from "#components/keys/bulk-bar.tsx";
import { CreateKey } from "#components/keys/create-key.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { PageSkeleton } from "#components/shell/page-skeleton.tsx";
import {
  KEY_SORTS,
  KEY_STATES,
  type KeyListRow,
  keyActivity,
  listKeyRows,
} from "#db/queries/console-keys.ts";
import { keyState } from "#lib/console/key-state.ts";
import { mayManageKeys, PAGES } from "#lib/console/roles.ts";
import { keyName } from "../../../key-actions.ts";
import { ownersFor } from "../../../owners.ts";
import { openPage, ownOrigin, type PageContext, type SearchParams } from "../../../request.ts";
import { viewsFor } from "../../../views.ts";
import { HOURS, keyColumns } from "./columns.tsx";

export const metadata: Metadata = { title: "Keys" };

const SIZE = 25;
const HOUR_MS = 3_600_000;
const { path } = PAGES.keys;

/** Access is decided before anything is sent, so that a refusal has its own status; what takes longer follows. */
export default async function KeysPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("keys");
  const params = await searchParams;
  return (
    <Suspense fallback={<PageSkeleton title="Keys" />}>
      <Keys page={page} params={params} />
    </Suspense>
  );
}

async function Keys({ page, params }: { page: PageContext; params: RawParams }) {
  const { deps, session, nowMs, ownUserId } = page;
  const query = readQuery(params);
  const search = query.text("q");
  const state = query.word("status", KEY_STATES);
  const teamId = query.text("team");
  const sort = query.word("sort", KEY_SORTS) ?? "created";
  const order = query.word("order", ["asc", "desc"]) ?? "desc";
  const number = query.whole("page", 1, 1, 100_000);
  await deps.ledger.flush();
  const filter = {
    nowMs,
    ...(search ? { search } : {}),
    ...(state ? { state } : {}),
    ...(teamId ? { teamId } : {}),
    ...(ownUserId === null ? {} : { userId: ownUserId }),
  };
  const { rows, total } = await listKeyRows(deps.sql, filter, sort, order, number, SIZE);
  const firstHourMs = (Math.floor(nowMs / HOUR_MS) - HOURS + 1) * HOUR_MS;
  const activity = await keyActivity(
    deps.sql,
    rows.map((row) => row.id),
    firstHourMs,
  );
  const owners = await ownersFor(page);
  const origin = await ownOrigin();
  const models = deps.policy().groups.all.map((group) => group.name);
  const change = mayManageKeys(session.role);
  const filters = [search, state, teamId].filter((one) => one !== undefined).length;
  const create = change && (
    <CreateKey origin={origin} choices={{ ...owners, models, self: session.userId }} />
  );
  return (
    <>
      <PageHeader
        title="Keys"
        note="Each key lets one application call the gateway, within its own limits."
        actions={create}
      />
      <DroppedNotice names={query.dropped} />
      <FilterBar
        trailing={<SavedViews page="keys" views={await viewsFor(page, "keys")} />}
        fields={[
          { name: "q", label: "Search keys", placeholder: "Name, owner, tag or last four" },
          {
            name: "status",
            label: "Status",
            any: "Any status",
            options: KEY_STATES.map((value) => ({ value, label: LABELS[value] })),
          },
          ...(owners.teams.length > 0 && ownUserId === null
            ? [
                {
                  name: "team",
                  label: "Team",
                  any: "Any team",
                  options: owners.teams.map((team) => ({ value: team.id, label: team.name })),
                },
              ]
            : []),
        ]}
      />
      <SelectionProvider
        page={change ? rows.filter(({ deleted_at }) => !deleted_at).map(({ id }) => id) : []}
      >
        <DataTable
          caption="Virtual keys"
          columns={keyColumns(page, {
            links: true,
            owner: "any",
            activity,
            ...(change ? { actions: { origin, known: models, model: models[0] ?? "gpt-3.5-turbo" } } : {}),
          })}
          rows={rows}
          keyOf={(row) => row.id}
          state={{ path, params, sort: { by: sort, order }, page: number, size: SIZE, total }}
          {...(change ? { selectable: (row: KeyListRow) => (row.deleted_at ? null : keyName(row)) } : {})}
          rowClass={(row) => (keyState(row, nowMs) === "revoked" ? "text-faint" : "")}
          empty={
            filters > 0 ? (
              <NothingMatches what="keys" filters={filters} clearHref={linkTo(path, {}, {})} />
            ) : (
              <NothingYet icon={KeyRound} title="No keys yet">
                A key lets one app call the gateway, with its own limits.
                {create}
              </NothingYet>
            )
          }
        />
        {change && (
          <BulkBar
            total={total}
            filter={{ q: search ?? null, status: state ?? null, team: teamId ?? null }}
            teams={owners.teams}
          />
        )}
      </SelectionProvider>
    </>
  );
}

const LABELS: Readonly<Record<(typeof KEY_STATES)[number], string>> = {
  active: "Active",
  expiring: "Expiring within a week",
  grace: "In grace",
  disabled: "Disabled",
  expired: "Expired",
  revoked: "Revoked",
};
