"use client";
/** Revokes a key for good: what it means, then the key's own name typed. */
import { useRouter } from "next/navigation";
import { TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Notice } from "../ui/notice.tsx";
import type { ActionKey } from "./key-actions.tsx";

export function RevokeDialog({ target, onClose }: { target: ActionKey; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({ typed: "" });
  const submit = async () => {
    if (!(await form.send("/key/delete", { keys: [target.id] }))) return;
    say(`“${target.name}” is revoked`, {
      description: "Its next call is refused. What it spent stays on record.",
    });
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={`Revoke “${target.name}”`}
      description="This cannot be undone. To stop it for a while, disable it instead."
      form={form}
      action="Revoke for good"
      busy="Revoking…"
      danger
      disabled={form.values["typed"] !== target.name}
      onSubmit={submit}
      onClose={onClose}
    >
      <Notice tone={target.lastUsed ? "warn" : "info"}>
        {target.lastUsed
          ? `Last used ${target.lastUsed}. Every application that has it stops at its next call.`
          : "No call has used this key."}
      </Notice>
      <TextField form={form} name="typed" label={`Type ${target.name} to confirm`} />
    </FormDialog>
  );
}
