"use client";
/** The first admin: an address and a password of one's own. */
import { type FormEvent, useState } from "react";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { signIn } from "../shell/auth-client.ts";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import type { MadeKey } from "./first-key.tsx";
import { NewPasswordField } from "./new-password-field.tsx";

export function AdminForm({ code, onMade }: { code: string; onMade: (made: MadeKey) => void }) {
  const form = useForm({ email: "", password: "" });
  const [signInFailed, setSignInFailed] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { email = "", password = "" } = form.values;
    const data = await form.send("/console/setup", { code, email, password });
    if (!data) return;
    if ((await signIn(email, password, "")) !== "ok") return setSignInFailed(true);
    const { csrf } = await readCsrf();
    onMade({
      secret: String(data["key"]),
      keyId: String(data["key_id"]),
      alias: String(data["key_alias"]),
      csrf,
    });
  };
  if (signInFailed)
    return (
      <Notice tone="warn" live>
        The admin was made, but signing in did not work.{" "}
        <a className="underline" href="/ui/sign-in">
          Sign in
        </a>{" "}
        and make a key on the Keys page.
      </Notice>
    );
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {form.failure && (
        <Notice tone="bad" live>
          {form.failure}
        </Notice>
      )}
      <Field label="Your e-mail" error={form.errors["email"]}>
        {(control) => (
          <Input
            {...control}
            {...form.bind("email")}
            type="email"
            required
            autoComplete="username"
            className="h-10"
          />
        )}
      </Field>
      <NewPasswordField form={form} />
      <Button type="submit" variant="primary" size="lg" disabled={form.busy || code === ""}>
        {form.busy ? "Making your admin…" : "Create admin and first key"}
      </Button>
    </form>
  );
}

/** The token of the session that was just begun. */
async function readCsrf(): Promise<{ csrf: string }> {
  const answer = await fetch("/ui/session", { cache: "no-store" });
  const body: { csrf: string } = await answer.json();
  return body;
}
