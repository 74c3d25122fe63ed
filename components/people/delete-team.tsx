"use client";
/** Deletes a team once its name was typed; what hangs on it is said first. */
import { useRouter } from "next/navigation";
import { TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Notice } from "../ui/notice.tsx";
import type { TeamTarget } from "./target.ts";

export function DeleteTeam({ target, onClose }: { target: TeamTarget; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({ typed: "" });
  const submit = async () => {
    if (!(await form.send("/team/delete", { team_ids: [target.id] }))) return;
    say(`Team “${target.name}” is deleted`, { description: "What it spent stays on record." });
    onClose();
    router.push("/ui/people/teams");
  };
  const keys = target.keys === 1 ? "Its key is revoked" : `Its ${target.keys} keys are revoked`;
  return (
    <FormDialog
      title={`Delete team “${target.name}”`}
      description="This cannot be undone. To stop it for a while, block it instead."
      form={form}
      action="Delete for good"
      busy="Deleting…"
      danger
      disabled={form.values["typed"]?.trim() !== target.name}
      onSubmit={submit}
      onClose={onClose}
    >
      <Notice tone={target.keys > 0 ? "warn" : "info"}>
        {target.keys > 0
          ? `${keys} for good: every application that has one stops at its next call. `
          : "No key belongs to it. "}
        {target.members > 0 && "Its members stay people here, without this team."}
      </Notice>
      <TextField form={form} name="typed" label={`Type ${target.name} to confirm`} />
    </FormDialog>
  );
}
