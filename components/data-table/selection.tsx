"use client";
/** Which rows of a table are ticked. The table itself is rendered on the server; only its boxes and the bar know. */
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** Rows of this page that can be ticked. */
  readonly page: readonly string[];
  readonly set: (ids: readonly string[], on: boolean) => void;
  readonly clear: () => void;
}

const Context = createContext<Selection | null>(null);

export function SelectionProvider({ page, children }: { page: readonly string[]; children: ReactNode }) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const selection = useMemo<Selection>(
    () => ({
      ids,
      page,
      set: (changed, on) =>
        setIds((before) => {
          const next = new Set(before);
          for (const id of changed) {
            if (on) next.add(id);
            else next.delete(id);
          }
          return next;
        }),
      clear: () => setIds(new Set()),
    }),
    [ids, page],
  );
  return <Context value={selection}>{children}</Context>;
}

export function useSelection(): Selection {
  const selection = useContext(Context);
  if (!selection) throw new Error("useSelection stands outside of SelectionProvider");
  return selection;
}

const BOX = "size-4 align-middle accent-[var(--accent)]";

export function RowBox({ id, name }: { id: string; name: string }) {
  const { ids, set } = useSelection();
  return (
    <label className="-m-2 inline-flex p-2">
      <span className="sr-only">Select {name}</span>
      <input
        type="checkbox"
        className={BOX}
        checked={ids.has(id)}
        onChange={(event) => set([id], event.target.checked)}
      />
    </label>
  );
}

/** Ticks the rows of this page. */
export function PageBox() {
  const { ids, page, set } = useSelection();
  const ticked = page.filter((id) => ids.has(id)).length;
  return (
    <label className="-m-2 inline-flex p-2">
      <span className="sr-only">Select all rows of this page</span>
      <input
        type="checkbox"
        className={BOX}
        disabled={page.length === 0}
        checked={page.length > 0 && ticked === page.length}
        ref={(box) => {
          if (box) box.indeterminate = ticked > 0 && ticked < page.length;
        }}
        onChange={(event) => set(page, event.target.checked)}
      />
    </label>
  );
}
