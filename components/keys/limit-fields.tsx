"use client";
/** Budget and limits of a key, the same for a new one and for a change. */
import { AmountField, CeilingFields, PeriodField } from "../form/budget-fields.tsx";
import type { Form } from "../form/use-form.ts";

export function LimitFields({ form }: { form: Form }) {
  return (
    <>
      <fieldset className="grid gap-4 sm:grid-cols-2">
        <legend className="sr-only">Budget</legend>
        <AmountField
          form={form}
          name="max_budget"
          label="Budget in US dollars"
          optional
          hint="Empty means no budget."
          placeholder="50"
        />
        <PeriodField form={form} name="budget_duration" label="Budget starts anew" amount="max_budget" />
      </fieldset>
      <CeilingFields form={form} />
    </>
  );
}
