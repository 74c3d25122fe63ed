"use client";
/** What can be done to the ticked keys: a bar that is there as long as some are. */
import dynamic from "next/dynamic";
import { useState } from "react";
import { useSelection } from "../data-table/selection.tsx";
import { integer } from "../format.ts";
import { useApi } from "../shell/api.tsx";
import { Button } from "../ui/button.tsx";
import { BULK_ACTS, type BulkKind } from "./bulk-acts.ts";

const BulkDialog = dynamic(() => import("./bulk-dialog.tsx").then((module) => module.BulkDialog), {
  ssr: false,
});

export interface BulkBarProps {
  /** How many keys the filter finds. */
  readonly total: number;
  readonly filter: Readonly<Record<"q" | "status" | "team", string | null>>;
  readonly teams: readonly { readonly id: string; readonly name: string }[];
}

export function BulkBar({ total, filter, teams }: BulkBarProps) {
  const api = useApi();
  const { ids, page, set, clear } = useSelection();
  const [act, setAct] = useState<BulkKind | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  if (ids.size === 0 && act === null) return null;
  const wholePage = page.length > 0 && page.every((id) => ids.has(id));
  const selectAll = async () => {
    const answer = await api("POST", "/console/keys/matching", filter);
    setFault(answer.ok ? null : answer.message);
    if (answer.ok) set(answer.data["ids"] as string[], true);
  };
  return (
    <section
      aria-label="Selected keys"
      className="sticky bottom-3 z-20 mt-3 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-line-strong bg-surface px-4 py-2.5 shadow-pop dark:bg-raised"
    >
      <p role="status" className="num font-medium text-sm">
        {integer(ids.size)} selected
      </p>
      {wholePage && total > ids.size && (
        <Button variant="link" size="sm" onClick={() => void selectAll()}>
          Select all {integer(total)} of this filter
        </Button>
      )}
      <Button variant="link" size="sm" onClick={clear}>
        Clear
      </Button>
      {fault && <p className="text-bad text-sm">{fault}</p>}
      <div className="flex flex-wrap gap-1.5 sm:ml-auto">
        {(Object.keys(BULK_ACTS) as BulkKind[])
          .filter((kind) => kind !== "team" || teams.length > 0)
          .map((kind) => (
            <Button
              key={kind}
              size="sm"
              className={kind === "revoke" ? "text-bad" : ""}
              onClick={() => setAct(kind)}
            >
              {BULK_ACTS[kind].button}
            </Button>
          ))}
      </div>
      {act && (
        <BulkDialog kind={act} ids={[...ids]} teams={teams} onClose={() => setAct(null)} onDone={clear} />
      )}
    </section>
  );
}
