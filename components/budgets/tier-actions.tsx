"use client";
/** What can be done to tiers: make, edit and delete them. */
import { EllipsisVertical, PencilLine, Plus, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "../ui/menu.tsx";

const TierSheet = dynamic(() => import("./tier-sheet.tsx").then((module) => module.TierSheet), {
  ssr: false,
});

const DeleteDialog = dynamic(
  () => import("../form/delete-dialog.tsx").then((module) => module.DeleteDialog),
  { ssr: false },
);

/** A tier as its sheet takes it: what stands in the fields. */
export interface TierTarget {
  readonly id: string;
  readonly max: string;
  readonly soft: string;
  readonly duration: string;
  readonly rpm: string;
  readonly tpm: string;
  readonly parallel: string;
  readonly uses: number;
}

export function NewTier() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        <Plus aria-hidden /> New tier
      </Button>
      {open && <TierSheet tier={null} onClose={() => setOpen(false)} />}
    </>
  );
}

export function TierActions({ tier }: { tier: TierTarget }) {
  const [step, setStep] = useState<"edit" | "delete" | null>(null);
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button variant="ghost" size="icon-sm">
            <EllipsisVertical aria-hidden />
            <span className="sr-only">Actions for tier {tier.id}</span>
          </Button>
        </MenuTrigger>
        <MenuContent>
          <MenuItem onSelect={() => setStep("edit")}>
            <PencilLine aria-hidden /> Edit…
          </MenuItem>
          <MenuSeparator />
          <MenuItem danger onSelect={() => setStep("delete")}>
            <Trash2 aria-hidden /> Delete…
          </MenuItem>
        </MenuContent>
      </Menu>
      {step === "edit" && <TierSheet tier={tier} onClose={() => setStep(null)} />}
      {step === "delete" && (
        <DeleteDialog
          title={`Delete tier “${tier.id}”`}
          description="Nobody's spend is touched by it."
          warning={
            tier.uses > 0
              ? "It is in use, so it stays: give whoever has it another budget_id first."
              : "Nobody has this tier. It cannot be brought back, but a new one may have its name."
          }
          inUse={tier.uses > 0}
          disabled={tier.uses > 0}
          path="/budget/delete"
          body={{ id: tier.id }}
          done={`Tier “${tier.id}” is deleted`}
          onClose={() => setStep(null)}
        />
      )}
    </>
  );
}
