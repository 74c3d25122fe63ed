"use client";
/**
 * Asks once more before something goes for good: what hangs on it stands first, then perhaps its name to be typed. A failure
 * is said in the dialog, which stays open.
 */
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { say } from "../shell/say.ts";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "./fields.tsx";
import { FormDialog } from "./form-dialog.tsx";
import { useForm } from "./use-form.ts";

export interface DeleteDialogProps {
  readonly title: string;
  readonly description?: string;
  /** What goes with it. */
  readonly warning: ReactNode;
  /** Somebody will miss it. */
  readonly inUse: boolean;
  /** What has to be typed before it can go. */
  readonly phrase?: string;
  /** It cannot go yet, and `warning` says why. */
  readonly disabled?: boolean;
  readonly action?: string;
  /** What the button says while it works. */
  readonly busy?: string;
  /** Sent to the admin API. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Done before it is sent; a sentence when it failed, and then nothing is sent. */
  readonly first?: () => Promise<string | null>;
  /** Said when it is gone. */
  readonly done: string;
  readonly doneNote?: string;
  /** Where to go, when the page of now is that of what went. */
  readonly leadsTo?: string;
  readonly onClose: () => void;
  /** What else has to be chosen. */
  readonly children?: ReactNode;
}

export function DeleteDialog({
  title,
  description = "This cannot be undone.",
  warning,
  inUse,
  phrase,
  disabled = false,
  action = "Delete for good",
  busy = "Deleting…",
  path,
  body,
  first,
  done,
  doneNote,
  leadsTo,
  onClose,
  children,
}: DeleteDialogProps) {
  const router = useRouter();
  const form = useForm({ typed: "" });
  const [preparing, setPreparing] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const submit = async () => {
    setPreparing(true);
    const refused = (await first?.()) ?? null;
    setPreparing(false);
    setFault(refused);
    if (refused !== null || !(await form.send(path, body))) return;
    say(done, doneNote === undefined ? {} : { description: doneNote });
    onClose();
    if (leadsTo === undefined) router.refresh();
    else router.push(leadsTo);
  };
  return (
    <FormDialog
      title={title}
      description={description}
      form={{ failure: fault ?? form.failure, busy: preparing || form.busy }}
      action={action}
      busy={busy}
      danger
      disabled={disabled || (phrase !== undefined && form.values["typed"]?.trim() !== phrase)}
      onSubmit={submit}
      onClose={onClose}
    >
      <Notice tone={inUse ? "warn" : "info"}>{warning}</Notice>
      {children}
      {phrase !== undefined && <TextField form={form} name="typed" label={`Type ${phrase} to confirm`} />}
    </FormDialog>
  );
}
