"use client";
/** Fields tied to a form by name: label, hint and error in one line of code. */
import type { ComponentProps, ReactNode } from "react";
import { Input, Select, Textarea } from "../ui/input.tsx";
import { Field } from "./field.tsx";
import type { Form } from "./use-form.ts";

interface Named {
  readonly form: Form;
  /** Of the form's value. */
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly optional?: boolean;
}

export function TextField({
  form,
  name,
  label,
  hint,
  optional = false,
  ...input
}: Named & Omit<ComponentProps<"input">, "form" | "name">) {
  return (
    <Field label={label} hint={hint} optional={optional} error={form.errors[name]}>
      {(control) => <Input autoComplete="off" {...control} {...form.bind(name)} {...input} />}
    </Field>
  );
}

export function TextareaField({
  form,
  name,
  label,
  hint,
  optional = false,
  ...input
}: Named & Omit<ComponentProps<"textarea">, "form" | "name">) {
  return (
    <Field label={label} hint={hint} optional={optional} error={form.errors[name]}>
      {(control) => <Textarea {...control} {...form.bind(name)} {...input} />}
    </Field>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** @param none what stands for no choice; absent: there must be one */
export function SelectField({
  form,
  name,
  label,
  hint,
  optional = false,
  choices,
  none,
  disabled = false,
}: Named & { readonly choices: readonly Choice[]; readonly none?: string; readonly disabled?: boolean }) {
  return (
    <Field label={label} hint={hint} optional={optional} error={form.errors[name]}>
      {(control) => (
        <Select {...control} {...form.bind(name)} disabled={disabled}>
          {none !== undefined && <option value="">{none}</option>}
          {choices.map(({ value, label: text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
