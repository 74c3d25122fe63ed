"use client";
/** What stands behind a button that sends one change: what it means, and why it is done. */
import { useRouter } from "next/navigation";
import { Field } from "../form/field.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Textarea } from "../ui/input.tsx";
import type { OnePressProps } from "./one-press.tsx";

const LEAST_REASON = 3;

export function OnePressDialog({
  label,
  title,
  description,
  path,
  body = {},
  reasonField,
  done,
  onClose,
}: OnePressProps & { onClose: () => void }) {
  const router = useRouter();
  const form = useForm({ reason: "" }, reasonField === null ? {} : { [reasonField]: "reason" });
  const reason = form.values["reason"] ?? "";
  const submit = async () => {
    const sent = reasonField === null ? { ...body } : { ...body, [reasonField]: reason };
    if (!(await form.send(path, sent))) return;
    say(done);
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={title}
      description={description}
      form={form}
      action={label}
      busy={label}
      disabled={reasonField !== null && reason.trim().length < LEAST_REASON}
      onSubmit={submit}
      onClose={onClose}
    >
      {reasonField !== null && (
        <Field label="Reason" hint="Stands in the audit log." error={form.errors["reason"]}>
          {(control) => <Textarea {...control} {...form.bind("reason")} rows={2} />}
        </Field>
      )}
    </FormDialog>
  );
}
