"use client";
/** Amounts, periods and ceilings: the same fields wherever somebody or something is given a budget or a limit. */
import { PERIODS } from "../budgets/target.ts";
import { SelectField, TextField } from "./fields.tsx";
import type { Form } from "./use-form.ts";

interface Amount {
  readonly form: Form;
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly optional?: boolean;
  readonly placeholder?: string;
  readonly autoFocus?: boolean;
}

/** Dollars. */
export function AmountField({ placeholder = "no budget", ...field }: Amount) {
  return <TextField {...field} inputMode="decimal" placeholder={placeholder} className="num" />;
}

/** When a budget starts anew. @param amount the field without which there is nothing to start anew */
export function PeriodField({
  form,
  name,
  label = "Starts anew",
  amount,
}: {
  form: Form;
  name: string;
  label?: string;
  amount?: string;
}) {
  const chosen = form.values[name] ?? "";
  const known = PERIODS.some(([duration]) => duration === chosen);
  return (
    <SelectField
      form={form}
      name={name}
      label={label}
      disabled={amount !== undefined && form.values[amount] === ""}
      choices={[
        ...(known ? [] : [{ value: chosen, label: chosen === "1mo" ? "every month" : `every ${chosen}` }]),
        ...PERIODS.map(([value, words]) => ({ value, label: words })),
      ]}
    />
  );
}

const CEILINGS = [
  ["rpm_limit", "Requests a minute"],
  ["tpm_limit", "Tokens a minute"],
  ["max_parallel_requests", "At the same time"],
] as const;

export function CeilingFields({ form }: { form: Form }) {
  return (
    <fieldset className="grid gap-4 sm:grid-cols-3">
      <legend className="sr-only">Limits</legend>
      {CEILINGS.map(([name, label]) => (
        <TextField
          key={name}
          form={form}
          name={name}
          label={label}
          inputMode="numeric"
          placeholder="no limit"
          className="num"
        />
      ))}
    </fieldset>
  );
}

/** Ceilings as a body has them; what is no number goes on as it is: the schema says what is wrong with it. */
export function ceilingsOf(form: Form): Record<string, number | string | null> {
  return Object.fromEntries(
    CEILINGS.map(([name]) => {
      const text = form.values[name]?.trim() ?? "";
      return [name, text === "" ? null : /^\d+$/.test(text) ? Number(text) : text];
    }),
  );
}
