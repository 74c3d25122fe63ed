"use client";
/** What can be done to tiers: make, edit and delete them. */
import { EllipsisVertical, PencilLine, Plus, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "../ui/menu.tsx";
import { Notice } from "../ui/notice.tsx";

const TierSheet = dynamic(() => import("./tier-sheet.tsx").then((module) => module.TierSheet), {
  ssr: false,
});

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
      {step === "delete" && <DeleteTier tier={tier} onClose={() => setStep(null)} />}
    </>
  );
}

function DeleteTier({ tier, onClose }: { tier: TierTarget; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({});
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await form.send("/budget/delete", { id: tier.id }))) return;
    say(`Tier “${tier.id}” is deleted`);
    onClose();
    router.refresh();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={`Delete tier “${tier.id}”`} description="Nobody's spend is touched by it.">
        <form onSubmit={(event) => void submit(event)}>
          <DialogBody className="flex flex-col gap-3">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            <Notice tone={tier.uses > 0 ? "warn" : "info"}>
              {tier.uses > 0
                ? "It is in use, so it stays: give whoever has it another budget_id first."
                : "Nobody has this tier. It cannot be brought back, but a new one may have its name."}
            </Notice>
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="danger" disabled={tier.uses > 0 || form.busy}>
              Delete tier
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
