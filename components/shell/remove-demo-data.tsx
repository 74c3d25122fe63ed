"use client";
/** Asks once more before the made-up data goes. */
import { useRouter } from "next/navigation";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";

export function RemoveDemoData({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const form = useForm({});
  const submit = async () => {
    if (!(await form.send("/console/demo-data/remove", {}))) return;
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title="Remove the made-up data"
      form={form}
      action="Remove it"
      busy="Removing…"
      danger
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-sm">Its calls, keys, people and teams go. What is real stays as it is.</p>
    </FormDialog>
  );
}
