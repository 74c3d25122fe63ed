"use client";
/** Budget and limits of a key, the same for a new one and for a change. */
import { Field } from "../form/field.tsx";
import type { Form } from "../form/use-form.ts";
import { Input, Select } from "../ui/input.tsx";

const DURATIONS = [
  ["1d", "every day"],
  ["7d", "every 7 days"],
  ["30d", "every 30 days"],
  ["1mo", "every month"],
  ["", "never"],
] as const;

export function LimitFields({ form }: { form: Form }) {
  const duration = form.values["budget_duration"] ?? "";
  const known = DURATIONS.some(([value]) => value === duration);
  return (
    <>
      <fieldset className="grid gap-4 sm:grid-cols-2">
        <legend className="sr-only">Budget</legend>
        <Field
          label="Budget in US dollars"
          optional
          error={form.errors["max_budget"]}
          hint="Empty means no budget."
        >
          {(control) => (
            <Input
              {...control}
              {...form.bind("max_budget")}
              inputMode="decimal"
              placeholder="50"
              className="num"
            />
          )}
        </Field>
        <Field label="Budget starts anew" error={form.errors["budget_duration"]}>
          {(control) => (
            <Select
              {...control}
              {...form.bind("budget_duration")}
              disabled={form.values["max_budget"] === ""}
            >
              {DURATIONS.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
              {!known && <option value={duration}>every {duration}</option>}
            </Select>
          )}
        </Field>
      </fieldset>
      <fieldset className="grid gap-4 sm:grid-cols-3">
        <legend className="sr-only">Limits</legend>
        {(
          [
            ["rpm_limit", "Requests a minute"],
            ["tpm_limit", "Tokens a minute"],
            ["max_parallel_requests", "At the same time"],
          ] as const
        ).map(([name, label]) => (
          <Field key={name} label={label} error={form.errors[name]}>
            {(control) => (
              <Input
                {...control}
                {...form.bind(name)}
                inputMode="numeric"
                placeholder="no limit"
                className="num"
              />
            )}
          </Field>
        ))}
      </fieldset>
    </>
  );
}
