"use client";
/** Changes a budget: amount, warning, period, and what becomes of what is spent. */
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Input, Select } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import { type BudgetTarget, hasRow, named, PERIODS } from "./target.ts";

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
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = {
      ...named(target),
      max_budget: max.trim() || null,
      ...(warns ? { soft_budget: soft.trim() || null } : {}),
      ...(periodChanged ? { budget_duration: duration || null } : {}),
      ...(fresh ? { start_anew: true } : {}),
    };
    if (!(await form.send("/console/budgets/update", body, budgetChangeSchema))) return;
    toast(`The budget of “${target.name}” is saved`, { description: "It holds from the next call on." });
    onClose();
    router.refresh();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        side="right"
        title={`Budget of “${target.name}”`}
        description={
          spent === null
            ? "Calls are held against it from the next one on."
            : `Spent in this period: ${spent}`
        }
      >
        <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-1 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            <Field
              label="Budget in US dollars"
              error={form.errors["max_budget"]}
              hint="When it is spent, calls are refused. Empty means no budget."
            >
              {(control) => (
                <Input
                  {...control}
                  {...form.bind("max_budget")}
                  inputMode="decimal"
                  placeholder="no budget"
                  autoFocus
                  className="num"
                />
              )}
            </Field>
            {warns && (
              <Field
                label="Warn at"
                optional
                error={form.errors["soft_budget"]}
                hint="Raises an alert and refuses nothing. Must be below the budget."
              >
                {(control) => (
                  <Input
                    {...control}
                    {...form.bind("soft_budget")}
                    inputMode="decimal"
                    placeholder="no warning"
                    className="num"
                  />
                )}
              </Field>
            )}
            <Field label="Starts anew" error={form.errors["budget_duration"]}>
              {(control) => (
                <Select {...control} {...form.bind("budget_duration")}>
                  {!PERIODS.some(([name]) => name === target.duration) && (
                    <option value={target.duration}>every {target.duration}</option>
                  )}
                  {PERIODS.map(([name, words]) => (
                    <option key={name} value={name}>
                      {words}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
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
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="primary" disabled={form.busy || !(form.dirty || fresh)}>
              {form.busy ? "Saving…" : "Save budget"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function dollarsOf(shown: string): number {
  return Number(shown.replace(/[^\d.]/g, ""));
}
