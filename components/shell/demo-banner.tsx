"use client";
/** On every page while there is made-up data: nobody should take it for real, and an admin can be rid of it. */
import { FlaskConical } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { integer } from "../format.ts";
import { Button } from "../ui/button.tsx";

const DeleteDialog = dynamic(
  () => import("../form/delete-dialog.tsx").then((module) => module.DeleteDialog),
  { ssr: false },
);

export interface DemoBannerProps {
  readonly days: number;
  readonly calls: number;
  /** The day it was made, in words. */
  readonly until: string;
  readonly removable: boolean;
}

export function DemoBanner({ days, calls, until, removable }: DemoBannerProps) {
  const [open, setOpen] = useState(false);
  return (
    <aside
      aria-label="Made-up data"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-warn/30 border-b bg-warn-wash px-4 py-1.5 text-sm text-warn sm:px-6"
    >
      <FlaskConical aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0 flex-1">
        <strong className="font-medium">Made-up data.</strong> {integer(calls)} calls up to {until}
        <span className="max-sm:sr-only"> ({days} days) and their keys, people and teams</span> are synthetic.
      </p>
      {removable && (
        <Button size="sm" className="print:hidden" onClick={() => setOpen(true)}>
          Remove it
        </Button>
      )}
      {open && (
        <DeleteDialog
          title="Remove the made-up data"
          warning="Its calls, keys, people and teams go. What is real stays as it is."
          inUse={false}
          action="Remove it"
          busy="Removing…"
          path="/console/demo-data/remove"
          body={{}}
          done="The made-up data is removed"
          onClose={() => setOpen(false)}
        />
      )}
    </aside>
  );
}
