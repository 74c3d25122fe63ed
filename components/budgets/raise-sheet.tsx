"use client";
/** Puts something on top of a budget until a day; afterwards the budget is what it was. */
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Input } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import { type BudgetTarget, named } from "./target.ts";

/** Comes with the first sending: no page needs it to be shown. */
const budgetChangeSchema = () =>
  import("#lib/console/budget-schema.ts").then((module) => module.budgetChangeSchema);

const DAY_MS = 86_400_000;

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
    toast(words, { description: "It holds from the next call on." });
    onClose();
    router.refresh();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const end = endOfDay(until);
    void send(amount.trim(), end, `The budget of “${target.name}” is raised by $${amount.trim()}`);
  };
  const sum = Number(target.max) + Number(amount);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        side="right"
        title={`Raise the budget of “${target.name}”`}
        description="For a while only. Nobody has to remember to take it back."
      >
        <form onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            {target.raise && (
              <Notice tone="info">It is raised by {target.raise} now. Another raise takes its place.</Notice>
            )}
            <Field
              label="Add, in US dollars"
              error={form.errors["amount"]}
              hint={`On top of $${target.max}.`}
            >
              {(control) => (
                <Input
                  {...control}
                  {...form.bind("amount")}
                  required
                  inputMode="decimal"
                  placeholder="20"
                  autoFocus
                  className="num"
                />
              )}
            </Field>
            <Field
              label="Until the end of"
              error={form.errors["until"]}
              hint="A day of your own clock, within 31 days."
            >
              {(control) => (
                <Input
                  {...control}
                  {...form.bind("until")}
                  type="date"
                  required
                  min={localDate(today)}
                  max={localDate(new Date(today.getTime() + 30 * DAY_MS))}
                />
              )}
            </Field>
            {amount !== "" && Number.isFinite(sum) && (
              <p className="num text-soft text-sm">
                Until then ${sum.toLocaleString("en-US")} may be spent; afterwards the budget is ${target.max}{" "}
                again.
              </p>
            )}
          </DialogBody>
          <DialogFooter>
            {target.raise && (
              <Button
                variant="ghost"
                className="mr-auto"
                disabled={form.busy}
                onClick={() => void send(null, null, `The raise of “${target.name}” is taken back`)}
              >
                Take the raise back
              </Button>
            )}
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="primary" disabled={form.busy}>
              {form.busy ? "Raising…" : "Raise until then"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

/** `2026-11-27` on this computer's calendar, as date fields have it. */
function localDate(at: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The instant at which that day is over, here. */
function endOfDay(date: string): string {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  const end = new Date(year, month - 1, day + 1);
  return Number.isNaN(end.getTime()) ? date : end.toISOString();
}
