/** The keys of a person or a team, with what each has spent of its budget. */
import { KeyRound } from "lucide-react";
import { DataTable } from "#components/data-table/data-table.tsx";
import type { RawParams } from "#components/data-table/query.ts";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { listKeyRows } from "#db/queries/console-keys.ts";
import { maySee } from "#lib/console/roles.ts";
import type { PageContext } from "../../../request.ts";
import { keyColumns } from "../keys/columns.tsx";

const SIZE = 25;

export async function KeyTable({
  page,
  owner,
  path,
  params,
  number,
  empty,
}: {
  page: PageContext;
  owner: { readonly userId: string } | { readonly teamId: string };
  path: string;
  params: RawParams;
  number: number;
  empty: string;
}) {
  const { deps, nowMs, session } = page;
  const { rows, total } = await listKeyRows(deps.sql, { nowMs, ...owner }, "created", "desc", number, SIZE);
  return (
    <DataTable
      caption="Keys"
      columns={keyColumns(page, {
        links: maySee(session.role, "keys"),
        owner: "teamId" in owner ? "person" : "team",
      })}
      rows={rows}
      keyOf={(row) => row.id}
      state={{ path, params, page: number, size: SIZE, total }}
      empty={
        <NothingYet icon={KeyRound} title="No keys">
          <p>{empty}</p>
        </NothingYet>
      }
    />
  );
}
