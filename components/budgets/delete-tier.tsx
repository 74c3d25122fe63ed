"use client";
/** Deletes a tier that nobody has. */
import { useRouter } from "next/navigation";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Notice } from "../ui/notice.tsx";
import type { TierTarget } from "./tier-actions.tsx";

export function DeleteTier({ tier, onClose }: { tier: TierTarget; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({});
  const submit = async () => {
    if (!(await form.send("/budget/delete", { id: tier.id }))) return;
    say(`Tier “${tier.id}” is deleted`);
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={`Delete tier “${tier.id}”`}
      description="Nobody's spend is touched by it."
      form={form}
      action="Delete tier"
      busy="Deleting…"
      danger
      disabled={tier.uses > 0}
      onSubmit={submit}
      onClose={onClose}
    >
      <Notice tone={tier.uses > 0 ? "warn" : "info"}>
        {tier.uses > 0
          ? "It is in use, so it stays: give whoever has it another budget_id first."
          : "Nobody has this tier. It cannot be brought back, but a new one may have its name."}
      </Notice>
    </FormDialog>
  );
}
