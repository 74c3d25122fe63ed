/** A list of people or of service accounts: both are users, found, sorted and paged alike. */
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar, type FilterField } from "#components/data-table/filter-bar.tsx";
import type { RawParams, readQuery } from "#components/data-table/query.ts";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { listPeople, PERSON_SORTS, type PeopleAsked } from "#db/queries/console-people.ts";
import { PAGES } from "#lib/console/roles.ts";
import { monthStartMs } from "#lib/spend/calendar.ts";
import type { PageContext } from "../../../request.ts";
import { personColumns } from "./person-columns.tsx";

const SIZE = 25;

export interface PeopleListProps {
  readonly page: PageContext;
  readonly params: RawParams;
  readonly query: ReturnType<typeof readQuery>;
  readonly kind: "person" | "service";
  readonly title: string;
  readonly note: string;
  readonly placeholder: string;
  /** What narrows the list beside the search; absent values narrow nothing. */
  readonly narrowed: Pick<PeopleAsked, "roles" | "state" | "teamId">;
  readonly fields: readonly FilterField[];
  /** Makes another one, for who may. */
  readonly create: ReactNode;
  /** Shown while there is none at all. */
  readonly nothing: { readonly icon: LucideIcon; readonly title: string; readonly text: string };
}

export async function PeopleList(props: PeopleListProps) {
  const { create, fields, kind, narrowed, note, nothing, page, params, placeholder, query, title } = props;
  const { deps, nowMs, timezone } = page;
  const { path } = kind === "person" ? PAGES.users : PAGES.serviceAccounts;
  const search = query.text("q");
  const sort = query.word("sort", PERSON_SORTS) ?? "name";
  const order = query.word("order", ["asc", "desc"]) ?? (sort === "name" ? "asc" : "desc");
  const number = query.whole("page", 1, 1, 100_000);
  await deps.ledger.flush();
  const asked = {
    nowMs,
    kind,
    month: { fromMs: monthStartMs(nowMs, timezone), toMs: null },
    ...(search ? { search } : {}),
    ...narrowed,
  };
  const { rows, total } = await listPeople(deps.sql, asked, sort, order, number, SIZE);
  const filters = Object.keys(narrowed).length + (search === undefined ? 0 : 1);
  const words = title.toLowerCase();
  return (
    <>
      <PageHeader title={title} note={note} actions={create} />
      <DroppedNotice names={query.dropped} />
      <FilterBar fields={[{ name: "q", label: `Search ${words}`, placeholder }, ...fields]} />
      <DataTable
        caption={title}
        columns={personColumns(page, kind)}
        rows={rows}
        keyOf={(row) => row.id}
        state={{ path, params, sort: { by: sort, order }, page: number, size: SIZE, total }}
        rowClass={(row) => (row.blocked ? "text-faint" : "")}
        empty={
          filters > 0 ? (
            <NothingMatches what={words} filters={filters} clearHref={path} />
          ) : (
            <NothingYet icon={nothing.icon} title={nothing.title}>
              <p>{nothing.text}</p>
              {create}
            </NothingYet>
          )
        }
      />
    </>
  );
}
