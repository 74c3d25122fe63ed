/** The calls of one key. */
import { ScrollText } from "lucide-react";
import { DataTable } from "#components/data-table/data-table.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { linkTo } from "#components/data-table/query.ts";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { PeekSheet } from "#components/logs/peek-sheet.tsx";
import { listCalls } from "#db/queries/console-records.ts";
import { findCall } from "#lib/console/find-calls.ts";
import { ownOrigin } from "../../../../request.ts";
import { ContentSection } from "../../content-section.tsx";
import { columnsOf } from "../../logs/columns.tsx";
import { Peek } from "../../logs/peek.tsx";
import type { KeyView } from "./view.ts";

const SIZE = 25;

export async function Requests({ page, row, path, params, query }: KeyView) {
  const { deps, nowMs, timezone, ownUserId } = page;
  const outcome = query.word("outcome", ["ok", "refused", "failed"]);
  const number = query.whole("page", 1, 1, 2000);
  const peeked = query.text("id", 64);
  const filter = { fromMs: null, toMs: null, keyId: row.id, ...(outcome ? { outcome } : {}) };
  const rows = await listCalls(deps.sql, filter, (number - 1) * SIZE, SIZE);
  const opened = peeked === undefined ? null : await findCall(deps.sql, peeked, ownUserId);
  return (
    <>
      <FilterBar
        fields={[
          {
            name: "outcome",
            label: "Outcome",
            any: "Any outcome",
            options: [
              { value: "ok", label: "Answered" },
              { value: "refused", label: "Denied" },
              { value: "failed", label: "Failed" },
            ],
          },
        ]}
      />
      <DataTable
        caption="Calls with this key, the newest first"
        columns={columnsOf(page, params, path).filter(
          (column) => column.id !== "key" && column.id !== "owner",
        )}
        rows={rows.slice(0, SIZE)}
        keyOf={(call) => call.id}
        state={{ path, params, page: number, size: SIZE, total: null, more: rows.length > SIZE }}
        empty={
          <NothingYet icon={ScrollText} title={outcome ? "No such calls" : "No calls yet"}>
            <p>
              {outcome
                ? "None of this key's calls ended like that."
                : "The tab Snippets has a first one to send."}
            </p>
          </NothingYet>
        }
      />
      {peeked !== undefined && (
        <PeekSheet
          closeHref={linkTo(path, params, { id: null })}
          title={opened ? "Request" : "No such request"}
        >
          <Peek
            call={opened}
            timezone={timezone}
            nowMs={nowMs}
            origin={await ownOrigin()}
            said={opened && <ContentSection page={page} callId={opened.id} />}
          />
        </PeekSheet>
      )}
    </>
  );
}
