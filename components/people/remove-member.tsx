"use client";
/** Takes somebody out of a team, with the keys that they have in it. */
import { useRouter } from "next/navigation";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Notice } from "../ui/notice.tsx";
import type { MemberTarget } from "./target.ts";

export function RemoveMember({ target, onClose }: { target: MemberTarget; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({});
  const submit = async () => {
    if (!(await form.send("/team/member_delete", { team_id: target.teamId, user_id: target.userId }))) return;
    say(`${target.name} is out of the team`);
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={`Take ${target.name} out of the team`}
      form={form}
      action={target.keys > 0 ? "Take out and revoke" : "Take out"}
      busy="Taking out…"
      danger
      onSubmit={submit}
      onClose={onClose}
    >
      <Notice tone={target.keys > 0 ? "warn" : "info"}>
        {target.keys === 0
          ? "No key of this team is theirs."
          : `${target.keys === 1 ? "The key" : `The ${target.keys} keys`} that they have in this team ${target.keys === 1 ? "is" : "are"} revoked for good: who has left spends the team's money no more.`}
      </Notice>
    </FormDialog>
  );
}
