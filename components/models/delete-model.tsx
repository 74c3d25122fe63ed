"use client";
/** Deletes a deployment once its name was typed; what stops with it is said first. */
import { useRouter } from "next/navigation";
import { TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Notice } from "../ui/notice.tsx";
import type { ModelTarget } from "./target.ts";

export function DeleteModel({
  target,
  calls,
  last,
  onClose,
}: {
  target: ModelTarget;
  calls: number;
  last: boolean;
  onClose: () => void;
}) {
  const router = useRouter();
  const form = useForm({ typed: "" });
  const submit = async () => {
    if (!(await form.send("/model/delete", { id: target.id }))) return;
    say(`A deployment of “${target.name}” is deleted`, { description: "What it cost stays on record." });
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={`Delete a deployment of “${target.name}”`}
      description="This cannot be undone: its credential goes with it."
      form={form}
      action="Delete for good"
      busy="Deleting…"
      danger
      disabled={form.values["typed"]?.trim() !== target.name}
      onSubmit={submit}
      onClose={onClose}
    >
      <Notice tone={last ? "warn" : "info"}>
        {last
          ? `Nothing else has this name: its callers get an error from the next call on. It had ${calls} calls in 24 hours.`
          : `Others of this name go on answering. It had ${calls} calls in 24 hours, with theirs.`}
      </Notice>
      <TextField form={form} name="typed" label={`Type ${target.name} to confirm`} />
    </FormDialog>
  );
}
