"use client";
/** Raises a budget as somebody asked, by a part or all of it, or says no with a reason. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { TextareaField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { AmountUntil } from "./amount-until.tsx";
import type { AskedRequest } from "./answer-request.tsx";
import { endOfDay, localDate } from "./days.ts";

/** Come with the first sending: no page needs them to be shown. */
const approveBudgetSchema = () =>
  import("#lib/budget-requests/schema.ts").then((module) => module.approveBudgetSchema);
const declineBudgetSchema = () =>
  import("#lib/budget-requests/schema.ts").then((module) => module.declineBudgetSchema);

interface Step {
  readonly request: AskedRequest;
  readonly onClose: () => void;
}

export function ApproveDialog({ request, onClose }: Step) {
  const router = useRouter();
  const [today] = useState(() => new Date());
  const asked = request.until === null ? today : new Date(request.until);
  const form = useForm({
    amount: request.amount,
    // Days end at midnight: the last day is the one that holds the moment before.
    until: localDate(new Date(Math.max(today.getTime(), asked.getTime() - 1))),
    reason: "",
  });
  const { amount = "", reason = "", until = "" } = form.values;
  const submit = async () => {
    const body = { amount: amount.trim(), until: endOfDay(until), reason };
    if (!(await form.send(`/budget/requests/${request.id}/approve`, body, approveBudgetSchema))) return;
    say(`The budget of “${request.name}” is raised by $${amount.trim()}`);
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={`Raise the budget of “${request.name}”`}
      description="From the next call on, and for a while only. A raise that runs there now is replaced."
      form={form}
      action="Approve"
      busy="Raising…"
      onSubmit={submit}
      onClose={onClose}
    >
      <AmountUntil form={form} today={today} label="Grant in US dollars" />
      <TextareaField form={form} name="reason" label="A word to whoever asked" optional rows={2} />
    </FormDialog>
  );
}

export function DeclineDialog({ request, onClose }: Step) {
  const router = useRouter();
  const form = useForm({ reason: "" });
  const submit = async () => {
    const body = { reason: form.values["reason"] ?? "" };
    if (!(await form.send(`/budget/requests/${request.id}/decline`, body, declineBudgetSchema))) return;
    say("The request is declined");
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={`Decline the request for “${request.name}”`}
      description="Nothing changes. Whoever asked reads the reason."
      form={form}
      action="Decline"
      busy="Declining…"
      danger
      onSubmit={submit}
      onClose={onClose}
    >
      <TextareaField form={form} name="reason" label="Why not" required rows={3} autoFocus />
    </FormDialog>
  );
}
