"use client";
/** Makes or changes a tier: amounts and limits that keys, members, end users and tags share by name. */
import { useRouter } from "next/navigation";
import { AmountField, CeilingFields, ceilingsOf, PeriodField } from "../form/budget-fields.tsx";
import { TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import type { TierTarget } from "./tier-actions.tsx";

/** Comes with the first sending: no page needs it to be shown. */
const newBudgetSchema = () => import("#lib/budgets/schema.ts").then((module) => module.newBudgetSchema);

const AMOUNTS = ["max_budget", "soft_budget"] as const;

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
  const submit = async () => {
    const body: Record<string, unknown> = {
      budget_duration: form.values["budget_duration"] || null,
      ...ceilingsOf(form),
    };
    for (const name of AMOUNTS) body[name] = form.values[name]?.trim() || null;
    const name = tier?.id ?? form.values["budget_id"]?.trim();
    if (name) body["budget_id"] = name;
    if (!(await form.send(tier ? "/budget/update" : "/budget/new", body, newBudgetSchema))) return;
    say(tier ? `Tier “${tier.id}” is saved` : "The tier is made", {
      description: tier
        ? "It holds for all who have it from their next call on."
        : "Give it to a key with budget_id.",
    });
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      side="right"
      title={tier ? `Tier “${tier.id}”` : "New tier"}
      description={tier ? usesOf(tier) : "What its owners leave open is filled from the tier."}
      form={form}
      action={tier ? "Save tier" : "Create tier"}
      busy="Saving…"
      disabled={!form.dirty}
      onSubmit={submit}
      onClose={onClose}
    >
      {!tier && (
        <TextField
          form={form}
          name="budget_id"
          label="Name"
          hint="What budget_id says. It cannot be changed later."
          required
          autoFocus
          placeholder="free"
        />
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <AmountField form={form} name="max_budget" label="Budget in US dollars" optional />
        <AmountField form={form} name="soft_budget" label="Warn at" optional placeholder="no warning" />
      </div>
      <PeriodField form={form} name="budget_duration" />
      <CeilingFields form={form} />
    </FormDialog>
  );
}

function usesOf({ uses }: TierTarget): string {
  if (uses === 0) return "Nobody has it yet.";
  return `Used ${uses === 1 ? "once" : `${uses} times`}: a change holds for all of them at once.`;
}
