"use client";
/** Makes or changes a tier: amounts and limits that keys, members, end users and tags share by name. */
import { useRouter } from "next/navigation";
import type { FormEvent } from "react";
import { toast } from "sonner";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Input, Select } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import { PERIODS } from "./target.ts";
import type { TierTarget } from "./tier-actions.tsx";

/** Comes with the first sending: no page needs it to be shown. */
const newBudgetSchema = () => import("#lib/budgets/schema.ts").then((module) => module.newBudgetSchema);

const AMOUNTS = ["max_budget", "soft_budget"] as const;
const COUNTS = ["rpm_limit", "tpm_limit", "max_parallel_requests"] as const;

export function TierSheet({ tier, onClose }: { tier: TierTarget | null; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({
    budget_id: tier?.id ?? "",
    max_budget: tier?.max ?? "",
    soft_budget: tier?.soft ?? "",
    budget_duration: tier?.duration ?? "30d",
    rpm_limit: tier?.rpm ?? "",
    tpm_limit: tier?.tpm ?? "",
    max_parallel_requests: tier?.parallel ?? "",
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body: Record<string, unknown> = { budget_duration: form.values["budget_duration"] || null };
    for (const name of AMOUNTS) body[name] = form.values[name]?.trim() || null;
    for (const name of COUNTS) {
      const text = form.values[name]?.trim() ?? "";
      // What is no number goes on as it is: the schema says what is wrong with it.
      body[name] = text === "" ? null : /^\d+$/.test(text) ? Number(text) : text;
    }
    const name = tier?.id ?? form.values["budget_id"]?.trim();
    if (name) body["budget_id"] = name;
    if (!(await form.send(tier ? "/budget/update" : "/budget/new", body, newBudgetSchema))) return;
    toast(tier ? `Tier “${tier.id}” is saved` : "The tier is made", {
      description: tier
        ? "It holds for all who have it from their next call on."
        : "Give it to a key with budget_id.",
    });
    onClose();
    router.refresh();
  };
  const count = (name: (typeof COUNTS)[number], label: string) => (
    <Field label={label} optional error={form.errors[name]}>
      {(control) => (
        <Input {...control} {...form.bind(name)} inputMode="numeric" placeholder="no limit" className="num" />
      )}
    </Field>
  );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        side="right"
        title={tier ? `Tier “${tier.id}”` : "New tier"}
        description={
          tier
            ? `${tier.uses === 0 ? "Nobody has it yet." : `Used ${tier.uses === 1 ? "once" : `${tier.uses} times`}: a change holds for all of them at once.`}`
            : "What its owners leave open is filled from the tier."
        }
      >
        <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-1 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            {!tier && (
              <Field
                label="Name"
                error={form.errors["budget_id"]}
                hint="What budget_id says. It cannot be changed later."
              >
                {(control) => (
                  <Input
                    {...control}
                    {...form.bind("budget_id")}
                    required
                    autoFocus
                    placeholder="free"
                    autoComplete="off"
                  />
                )}
              </Field>
            )}
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label="Budget in US dollars" optional error={form.errors["max_budget"]}>
                {(control) => (
                  <Input
                    {...control}
                    {...form.bind("max_budget")}
                    inputMode="decimal"
                    placeholder="no budget"
                    className="num"
                  />
                )}
              </Field>
              <Field label="Warn at" optional error={form.errors["soft_budget"]}>
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
            </div>
            <Field label="Starts anew" error={form.errors["budget_duration"]}>
              {(control) => (
                <Select {...control} {...form.bind("budget_duration")}>
                  {tier && !PERIODS.some(([name]) => name === tier.duration) && (
                    <option value={tier.duration}>every {tier.duration}</option>
                  )}
                  {PERIODS.map(([name, words]) => (
                    <option key={name} value={name}>
                      {words}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <fieldset className="grid gap-4 sm:grid-cols-3">
              <legend className="sr-only">Limits</legend>
              {count("rpm_limit", "Requests a minute")}
              {count("tpm_limit", "Tokens a minute")}
              {count("max_parallel_requests", "At a time")}
            </fieldset>
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="primary" disabled={form.busy || !form.dirty}>
              {form.busy ? "Saving…" : tier ? "Save tier" : "Create tier"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
