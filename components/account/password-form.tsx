"use client";
/** Changes one's own password. */
import type { FormEvent } from "react";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { PasswordStrength } from "../setup/password-strength.tsx";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";

export function PasswordForm() {
  const form = useForm({ current_password: "", new_password: "" });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await form.send("/console/password", { ...form.values }))) return;
    form.reset();
    say("Your password is changed", { description: "Your other sessions are over." });
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4 px-4 pb-4">
      {form.failure && (
        <Notice tone="bad" live>
          {form.failure}
        </Notice>
      )}
      <Field label="Current password" error={form.errors["current_password"]}>
        {(control) => (
          <Input
            {...control}
            {...form.bind("current_password")}
            type="password"
            required
            autoComplete="current-password"
          />
        )}
      </Field>
      <Field label="New password" error={form.errors["new_password"]} hint="At least 12 characters.">
        {(control) => (
          <>
            <Input
              {...control}
              {...form.bind("new_password")}
              type="password"
              required
              autoComplete="new-password"
            />
            <PasswordStrength password={form.values["new_password"] ?? ""} />
          </>
        )}
      </Field>
      <Button type="submit" className="self-start" disabled={form.busy || !form.dirty}>
        {form.busy ? "Changing…" : "Change password"}
      </Button>
    </form>
  );
}
