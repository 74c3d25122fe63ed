"use client";
/** Keep or remove, for one account of a review. Removing asks why, and waits for the review's end. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { TextareaField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { useApi } from "../shell/api.tsx";
import { sayBad } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/class-names.ts";

export interface ReviewedAccount {
  readonly reviewId: string;
  readonly userId: string;
  readonly name: string;
  readonly decision: string | null;
  readonly note: string | null;
  /** The one who decides. */
  readonly self: boolean;
}

export function DecisionButtons({ account }: { account: ReviewedAccount }) {
  const router = useRouter();
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState<"keep" | "remove" | null>(null);
  const path = `/access-reviews/${account.reviewId}/decide`;
  const decide = async (decision: "keep" | null) => {
    setBusy(true);
    const answer = await api("POST", path, { user_id: account.userId, decision, note: account.note });
    setBusy(false);
    if (!answer.ok) sayBad(`Nothing was decided about ${account.name}`, { description: answer.message });
    router.refresh();
  };
  const kept = account.decision === "keep";
  const removed = account.decision === "remove";
  return (
    <span className="inline-flex items-center gap-1.5 print:hidden">
      <Button
        size="sm"
        variant="ghost"
        disabled={busy || account.decision === null}
        onClick={() => setAsking(removed ? "remove" : "keep")}
      >
        Note<span className="sr-only"> about {account.name}</span>
      </Button>
      <Button
        size="sm"
        disabled={busy}
        aria-pressed={kept}
        onClick={() => void decide(kept ? null : "keep")}
        className={cn(kept && "border-good bg-good-wash text-good")}
      >
        Keep<span className="sr-only"> {account.name}</span>
      </Button>
      <Button
        size="sm"
        disabled={busy || account.self}
        title={account.self ? "Nobody removes themselves" : undefined}
        aria-pressed={removed}
        onClick={() => setAsking("remove")}
        className={cn(removed && "border-bad bg-bad-wash text-bad")}
      >
        Remove<span className="sr-only"> {account.name}</span>
      </Button>
      {asking && (
        <NoteDialog account={account} decision={asking} path={path} onClose={() => setAsking(null)} />
      )}
    </span>
  );
}

function NoteDialog({
  account,
  decision,
  path,
  onClose,
}: {
  account: ReviewedAccount;
  decision: "keep" | "remove";
  path: string;
  onClose: () => void;
}) {
  const router = useRouter();
  const form = useForm({ note: account.note ?? "" });
  const remove = decision === "remove";
  const submit = async () => {
    const body = { user_id: account.userId, decision, note: (form.values["note"] ?? "").trim() };
    if (!(await form.send(path, body))) return;
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={remove ? `Remove ${account.name}` : `Note about ${account.name}`}
      description={
        remove
          ? "Nothing happens yet: they are blocked and their keys disabled when the review is finished."
          : "It stands in the signed record."
      }
      form={form}
      action={remove ? "Mark for removal" : "Save the note"}
      busy="Saving…"
      danger={remove}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextareaField
        form={form}
        name="note"
        label="Why"
        optional={!remove}
        required={remove}
        rows={3}
        autoFocus
      />
    </FormDialog>
  );
}
