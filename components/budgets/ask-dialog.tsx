"use client";
/** Asks for more budget until a day, with a reason that whoever decides reads. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { TextareaField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { AmountUntil } from "./amount-until.tsx";
import type { AskTarget } from "./ask-more.tsx";
import { DAY_MS, endOfDay, localDate } from "./days.ts";

/** Come with the first sending: no page needs them to be shown. */
const askBudgetSchema = () =>
  import("#lib/budget-requests/schema.ts").then((module) => module.askBudgetSchema);

export function AskDialog({ target, onClose }: { target: AskTarget; onClose: () => void }) {
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
      <AmountUntil form={form} today={today} label="How much more in US dollars" />
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
