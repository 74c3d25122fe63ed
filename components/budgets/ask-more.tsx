"use client";
/** Asks for more budget until a day, with a reason that whoever decides reads. */
import { HandCoins } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { TextareaField, TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { DAY_MS, endOfDay, localDate } from "./days.ts";

/** Come with the first sending: no page needs them to be shown. */
const askBudgetSchema = () =>
  import("#lib/budget-requests/schema.ts").then((module) => module.askBudgetSchema);

export interface AskTarget {
  readonly kind: "key" | "user" | "team";
  readonly id: string;
  readonly name: string;
}

export function AskMore({ target }: { target: AskTarget }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <HandCoins aria-hidden /> Ask for more
      </Button>
      {open && <AskDialog target={target} onClose={() => setOpen(false)} />}
    </>
  );
}

function AskDialog({ target, onClose }: { target: AskTarget; onClose: () => void }) {
  const router = useRouter();
  // Asked once, when the dialog opens: days are offered from today.
  const [today] = useState(() => new Date());
  const form = useForm({
    amount: "",
    until: localDate(new Date(today.getTime() + 7 * DAY_MS)),
    reason: "",
  });
  const { amount = "", reason = "", until = "" } = form.values;
  const submit = async () => {
    const body = { kind: target.kind, id: target.id, amount: amount.trim(), until: endOfDay(until), reason };
    if (!(await form.send("/budget/requests", body, askBudgetSchema))) return;
    say("You asked for more", {
      description: "The answer stands under Budgets.",
      action: { label: "Open", onClick: () => router.push("/ui/budgets?view=requests") },
    });
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={`Ask for more for “${target.name}”`}
      description="An admin or finance answers. A granted amount holds until the day you name."
      form={form}
      action="Ask"
      busy="Asking…"
      onSubmit={submit}
      onClose={onClose}
    >
      <AmountUntil form={form} today={today} label="How much more, in US dollars" />
      <TextareaField
        form={form}
        name="reason"
        label="Why"
        required
        minLength={10}
        rows={3}
        placeholder="The demo on Friday runs on the large model."
      />
    </FormDialog>
  );
}

/** An amount and the day that it holds to. */
export function AmountUntil({
  form,
  today,
  label,
  hint,
}: {
  form: ReturnType<typeof useForm>;
  today: Date;
  label: string;
  hint?: string;
}) {
  return (
    <>
      <TextField
        form={form}
        name="amount"
        label={label}
        hint={hint}
        required
        autoFocus
        inputMode="decimal"
        placeholder="20"
        className="num"
      />
      <TextField
        form={form}
        name="until"
        label="Until the end of"
        hint="A day of your own clock, within 31 days."
        required
        type="date"
        min={localDate(today)}
        max={localDate(new Date(today.getTime() + 30 * DAY_MS))}
      />
    </>
  );
}
