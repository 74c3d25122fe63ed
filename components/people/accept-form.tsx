"use client";
/** Uses an invitation: a password of one's own, then straight in. The code stands behind the # and never reaches a log. */
import { type FormEvent, useEffect, useState } from "react";
import { useForm } from "../form/use-form.ts";
import { NewPasswordField } from "../setup/new-password-field.tsx";
import { signIn } from "../shell/auth-client.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

export function AcceptForm() {
  const form = useForm({ password: "" });
  const [code, setCode] = useState<string | null>(null);
  const [email, setEmail] = useState<string | null>(null);
  useEffect(() => {
    // Read once and taken out of the address bar, so that it does not stay in the history.
    const found = window.location.hash.slice(1);
    setCode(found);
    if (found) window.history.replaceState(null, "", window.location.pathname);
  }, []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { password = "" } = form.values;
    const data = await form.send("/console/invitations/accept", { code, password });
    if (!data) return;
    const address = String(data["user_email"]);
    if ((await signIn(address, password, "")) === "ok") window.location.assign("/ui/overview");
    else setEmail(address);
  };
  if (code === null) return <div aria-hidden className="skeleton h-40" />;
  if (email !== null)
    return (
      <Notice tone="good" live>
        The password is set.{" "}
        <a className="underline" href="/ui/sign-in">
          Sign in
        </a>{" "}
        as {email}.
      </Notice>
    );
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {code === "" && (
        <Notice tone="warn">
          This page needs the whole link that you were sent, with what follows the #.
        </Notice>
      )}
      {(form.failure || form.errors["code"]) && (
        <Notice tone="bad" live>
          {form.failure ?? form.errors["code"]}
        </Notice>
      )}
      <NewPasswordField form={form} />
      <Button type="submit" variant="primary" size="lg" disabled={form.busy || code === ""}>
        {form.busy ? "Setting it…" : "Set password and sign in"}
      </Button>
    </form>
  );
}
