"use client";
/** A new password with its strength; pasting is welcome. */
import { Field } from "../form/field.tsx";
import type { Form } from "../form/use-form.ts";
import { Input } from "../ui/input.tsx";
import { PasswordStrength } from "./password-strength.tsx";

export function NewPasswordField({ form }: { form: Form }) {
  return (
    <Field
      label="Password"
      error={form.errors["password"]}
      hint="At least 12 characters. A password manager or a few unrelated words do well."
    >
      {(control) => (
        <>
          <Input
            {...control}
            {...form.bind("password")}
            type="password"
            required
            autoComplete="new-password"
            className="h-10"
          />
          <PasswordStrength password={form.values["password"] ?? ""} />
        </>
      )}
    </Field>
  );
}
