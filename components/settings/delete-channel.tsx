"use client";
/** Asks once more before a channel of alerts goes. */
import { useRouter } from "next/navigation";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Notice } from "../ui/notice.tsx";
import type { ChannelTarget } from "./channel-sheet.tsx";

export function DeleteChannel({ channel, onClose }: { channel: ChannelTarget; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({});
  const submit = async () => {
    if (!(await form.send("/alerts/channels/delete", { id: channel.id }))) return;
    say(`“${channel.name}” is deleted`);
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={`Delete channel “${channel.name}”`}
      description="Alerts stay in the list."
      form={form}
      action="Delete channel"
      busy="Deleting…"
      danger
      onSubmit={submit}
      onClose={onClose}
    >
      <Notice tone="warn">
        Nothing is sent to it any more, and what still waits for it is not sent. Its address is gone.
      </Notice>
    </FormDialog>
  );
}
