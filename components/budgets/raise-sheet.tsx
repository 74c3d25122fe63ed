"use client";
/** Puts something on top of a budget until a day; afterwards the budget is what it was. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { AmountUntil } from "./amount-until.tsx";
import { DAY_MS, endOfDay, localDate } from "./days.ts";
import { type BudgetTarget, named } from "./target.ts";

/** Comes with the first sending: no page needs it to be shown. */
const budgetChangeSchema = () =>
  import("#lib/console/budget-schema.ts").then((module) => module.budgetChangeSchema);

export function RaiseSheet({ target, onClose }: { target: BudgetTarget; onClose: () => void }) {
  const router = useRouter();
  // Asked once, when the sheet opens: days are offered from today.
  const [today] = useState(() => new Date());
  const form = useForm(
    { amount: "", until: localDate(new Date(today.getTime() + 7 * DAY_MS)) },
    { temp_budget_increase: "amount", temp_budget_expiry: "until" },
  );
  const { amount = "", until = "" } = form.values;
  const send = async (increase: string | null, expiry: string | null, words: string) => {
    const body = { ...named(target), temp_budget_increase: increase, temp_budget_expiry: expiry };
    if (!(await form.send("/console/budgets/update", body, budgetChangeSchema))) return;
    say(words, { description: "It holds from the next call on." });
    onClose();
    router.refresh();
  };
  const submit = () => {
    const end = endOfDay(until);
    return send(amount.trim(), end, `The budget of “${target.name}” is raised by $${amount.trim()}`);
  };
  const sum = Number(target.max) + Number(amount);
  return (
    <FormDialog
      side="right"
      title={`Raise the budget of “${target.name}”`}
      description="For a while only. Nobody has to remember to take it back."
      form={form}
      action="Raise until then"
      busy="Raising…"
      onSubmit={submit}
      onClose={onClose}
      extra={
        target.raise && (
          <Button
            variant="ghost"
            disabled={form.busy}
            onClick={() => void send(null, null, `The raise of “${target.name}” is taken back`)}
          >
            Take the raise back
          </Button>
        )
      }
    >
      {target.raise && (
        <Notice tone="info">It is raised by {target.raise} now. Another raise takes its place.</Notice>
      )}
      <AmountUntil form={form} today={today} label="Add in US dollars" hint={`On top of $${target.max}.`} />
      {amount !== "" && Number.isFinite(sum) && (
        <p className="num text-soft text-sm">
          Until then ${sum.toLocaleString("en-US")} may be spent; afterwards the budget is ${target.max}{" "}
          again.
        </p>
      )}
    </FormDialog>
  );
}
