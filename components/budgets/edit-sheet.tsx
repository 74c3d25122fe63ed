"use client";
/** Changes a budget: amount, warning, period, and what becomes of what is spent. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { AmountField, PeriodField } from "../form/budget-fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Notice } from "../ui/notice.tsx";
import { type BudgetTarget, hasRow, named } from "./target.ts";

/** Comes with the first sending: no page needs it to be shown. */
const budgetChangeSchema = () =>
  import("#lib/console/budget-schema.ts").then((module) => module.budgetChangeSchema);

export function EditSheet({ target, onClose }: { target: BudgetTarget; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({
    max_budget: target.max,
    soft_budget: target.soft,
    // A new budget is a monthly one unless somebody says otherwise.
    budget_duration: target.max === "" && target.duration === "" ? "30d" : target.duration,
  });
  const [fresh, setFresh] = useState(false);
  const { max_budget: max = "", soft_budget: soft = "", budget_duration: duration = "" } = form.values;
  const warns = target.kind !== "team_member";
  const periodChanged = duration !== target.duration;
  const { spent } = target;
  const over = spent !== null && max !== "" && Number(max) <= dollarsOf(spent) && !fresh && !periodChanged;
  const submit = async () => {
    const body = {
      ...named(target),
      max_budget: max.trim() || null,
      ...(warns ? { soft_budget: soft.trim() || null } : {}),
      ...(periodChanged ? { budget_duration: duration || null } : {}),
      ...(fresh ? { start_anew: true } : {}),
    };
    if (!(await form.send("/console/budgets/update", body, budgetChangeSchema))) return;
    say(`The budget of “${target.name}” is saved`, { description: "It holds from the next call on." });
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      side="right"
      title={`Budget of “${target.name}”`}
      description={
        spent === null ? "Calls are held against it from the next one on." : `Spent in this period: ${spent}`
      }
      form={form}
      action="Save budget"
      busy="Saving…"
      disabled={!(form.dirty || fresh)}
      onSubmit={submit}
      onClose={onClose}
    >
      <AmountField
        form={form}
        name="max_budget"
        label="Budget in US dollars"
        hint="When it is spent, calls are refused. Empty means no budget."
        autoFocus
      />
      {warns && (
        <AmountField
          form={form}
          name="soft_budget"
          label="Warn at"
          optional
          hint="Raises an alert and refuses nothing. Must be below the budget."
          placeholder="no warning"
        />
      )}
      <PeriodField form={form} name="budget_duration" />
      {periodChanged && (
        <Notice tone="info">
          {duration === ""
            ? "Everything that was spent since the last reset counts."
            : "The new period begins with nothing spent."}
        </Notice>
      )}
      {hasRow(target) && spent !== null && !periodChanged && (
        <fieldset className="flex flex-col gap-1.5">
          <legend className="mb-1 font-medium text-sm">What is spent so far</legend>
          {[false, true].map((value) => (
            <label key={String(value)} className="flex min-h-7 items-center gap-2 text-sm">
              <input
                type="radio"
                name="fresh"
                className="accent-[var(--accent)]"
                checked={fresh === value}
                onChange={() => setFresh(value)}
              />
              {value ? "Start from zero" : `Keep ${spent}`}
            </label>
          ))}
        </fieldset>
      )}
      {over && (
        <Notice tone="warn">
          {spent} is spent already. Saving stops these calls at once, until the budget starts anew.
        </Notice>
      )}
    </FormDialog>
  );
}

function dollarsOf(shown: string): number {
  return Number(shown.replace(/[^\d.]/g, ""));
}
