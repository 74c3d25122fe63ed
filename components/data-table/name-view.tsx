"use client";
/** Asks under which name the filters of now are kept. */
import { useRouter } from "next/navigation";
import { TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";

export function NameView({ page, query, onClose }: { page: string; query: string; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({ name: "" });
  const submit = async () => {
    const name = form.values["name"]?.trim() ?? "";
    if (!(await form.send("/console/views/save", { page, name, query }))) return;
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title="Save this view"
      description="Filters, order and grouping of now, for you alone. The same name replaces the view before."
      form={form}
      action="Save view"
      busy="Saving…"
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField form={form} name="name" label="Name" autoFocus required maxLength={60} />
    </FormDialog>
  );
}
