"use client";
/** An amount and the day that it holds to. */
import { TextField } from "../form/fields.tsx";
import type { Form } from "../form/use-form.ts";
import { DAY_MS, localDate } from "./days.ts";

export function AmountUntil({
  form,
  today,
  label,
  hint,
}: {
  form: Form;
  today: Date;
  label: string;
  hint?: string;
}) {
  return (
    <>
      <TextField
        form={form}
        name="amount"
        label={label}
        hint={hint}
        required
        autoFocus
        inputMode="decimal"
        placeholder="20"
        className="num"
      />
      <TextField
        form={form}
        name="until"
        label="Until the end of"
        hint="A day of your own clock, within 31 days."
        required
        type="date"
        min={localDate(today)}
        max={localDate(new Date(today.getTime() + 30 * DAY_MS))}
      />
    </>
  );
}
