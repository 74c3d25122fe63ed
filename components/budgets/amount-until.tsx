"use client";
/** An amount and the day that it holds to: one of those that people mean, or any other. */
import { TextField } from "../form/fields.tsx";
import type { Form } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/class-names.ts";
import { DAY_MS, localDate, usualDays } from "./days.ts";

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
      <fieldset className="-mt-2 flex flex-wrap gap-1.5">
        <legend className="sr-only">Usual days</legend>
        {usualDays(today).map(({ date, label: name }) => (
          <Button
            key={date}
            size="sm"
            aria-pressed={form.values["until"] === date}
            className={cn(form.values["until"] === date && "border-accent text-accent")}
            onClick={() => form.set("until", date)}
          >
            {name}
          </Button>
        ))}
      </fieldset>
    </>
  );
}
