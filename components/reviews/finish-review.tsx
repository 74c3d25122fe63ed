"use client";
/** Ends a review: what will happen is said first, and removals need a typed word. */
import { Ban, FileCheck, Printer } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { plural } from "../format.ts";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

export interface ReviewTarget {
  readonly id: string;
  readonly undecided: number;
  /** Whom the review removes, with how many keys. */
  readonly removed: readonly { readonly name: string; readonly keys: number }[];
}

export function FinishReview({ review }: { review: ReviewTarget }) {
  const [dialog, setDialog] = useState<"finish" | "abandon" | null>(null);
  const close = () => setDialog(null);
  return (
    <>
      <Button onClick={() => setDialog("abandon")}>
        <Ban aria-hidden /> Abandon
      </Button>
      <Button
        variant="primary"
        disabled={review.undecided > 0}
        title={review.undecided > 0 ? `${review.undecided} are not decided yet` : undefined}
        onClick={() => setDialog("finish")}
      >
        <FileCheck aria-hidden /> Finish and sign
      </Button>
      {dialog === "finish" && <FinishDialog review={review} onClose={close} />}
      {dialog === "abandon" && <AbandonDialog review={review} onClose={close} />}
    </>
  );
}

function FinishDialog({ review, onClose }: { review: ReviewTarget; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({ confirm: "" });
  const { removed } = review;
  const keys = removed.reduce((sum, one) => sum + one.keys, 0);
  const phrase = `REMOVE ${removed.length}`;
  const typed = (form.values["confirm"] ?? "").trim();
  const submit = async () => {
    if (!(await form.send(`/access-reviews/${review.id}/finish`, { confirm: typed }))) return;
    say("The review is finished and signed");
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title="Finish the review"
      description="The record is signed with the gateway's audit key. Afterwards nothing in it changes."
      form={form}
      action={removed.length === 0 ? "Finish and sign" : `Remove ${removed.length} and sign`}
      busy="Signing…"
      danger={removed.length > 0}
      disabled={removed.length > 0 && typed !== phrase}
      onSubmit={submit}
      onClose={onClose}
    >
      {removed.length === 0 ? (
        <Notice tone="info">Everybody is kept. Nobody loses access.</Notice>
      ) : (
        <>
          <Notice tone="warn">
            {plural(removed.length, "account")} blocked, {plural(keys, "key")} disabled, their sessions ended.
            It can be taken back on each one's page.
          </Notice>
          <ul className="max-h-40 divide-y divide-line overflow-y-auto rounded-md border border-line text-sm">
            {removed.map((one) => (
              <li key={one.name} className="flex justify-between gap-3 px-3 py-1.5">
                <span className="truncate">{one.name}</span>
                <span className="num shrink-0 text-faint text-xs">{plural(one.keys, "key")}</span>
              </li>
            ))}
          </ul>
          <TextField form={form} name="confirm" label={`Type ${phrase} to confirm`} />
        </>
      )}
    </FormDialog>
  );
}

function AbandonDialog({ review, onClose }: { review: ReviewTarget; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({});
  const submit = async () => {
    if (!(await form.send(`/access-reviews/${review.id}/abandon`, {}))) return;
    say("The review is abandoned", { description: "Nobody was removed." });
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title="Abandon the review"
      description="It ends without a record, and nobody is removed. What was decided stays readable here."
      form={form}
      action="Abandon"
      busy="Ending…"
      danger
      onSubmit={submit}
      onClose={onClose}
    >
      {null}
    </FormDialog>
  );
}

export function PrintButton() {
  return (
    <Button onClick={() => window.print()} className="print:hidden">
      <Printer aria-hidden /> Print
    </Button>
  );
}
