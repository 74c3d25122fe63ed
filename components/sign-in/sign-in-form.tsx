"use client";
/** Address and password, then the second factor where there is one. */
import { type FormEvent, useState } from "react";
import { Field } from "../form/field.tsx";
import { providerUrl, type SignInOutcome, signIn } from "../shell/auth-client.ts";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import { signInSentence } from "./sentences.ts";

export function SignInForm({
  callbackUrl,
  provider,
  error,
}: {
  callbackUrl: string;
  provider: string | null;
  error: string | null;
}) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(error);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    const outcome: SignInOutcome = await signIn(email, password, code);
    if (outcome === "ok") return window.location.assign(callbackUrl);
    setBusy(false);
    if (outcome === "code_required") setAsked(true);
    else setFault(outcome);
    if (outcome === "code_wrong") setCode("");
  };
  const goToProvider = async () => {
    setBusy(true);
    const url = await providerUrl(callbackUrl);
    if (url) return window.location.assign(url);
    setBusy(false);
    setFault("provider");
  };
  return (
    <div className="flex flex-col gap-4">
      {fault && (
        <Notice tone="bad" live>
          {signInSentence(fault)}
        </Notice>
      )}
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {asked ? (
          <Field label="Code" hint="Six digits from your authenticator app, or a recovery code.">
            {(control) => (
              <Input
                {...control}
                autoFocus
                required
                autoComplete="one-time-code"
                inputMode="text"
                className="num h-10 font-mono text-base tracking-widest"
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            )}
          </Field>
        ) : (
          <>
            <Field label="E-mail">
              {(control) => (
                <Input
                  {...control}
                  type="email"
                  required
                  autoComplete="username"
                  className="h-10"
                  value={email}
                  onChange={(event) => setEmail(event.target.value)}
                />
              )}
            </Field>
            <Field label="Password">
              {(control) => (
                <Input
                  {...control}
                  type="password"
                  required
                  autoComplete="current-password"
                  className="h-10"
                  value={password}
                  onChange={(event) => setPassword(event.target.value)}
                />
              )}
            </Field>
          </>
        )}
        <Button type="submit" variant="primary" size="lg" disabled={busy}>
          {busy ? "Signing in…" : asked ? "Confirm" : "Sign in"}
        </Button>
      </form>
      {asked && (
        <Button variant="link" className="self-start" onClick={() => setAsked(false)}>
          Use another account
        </Button>
      )}
      {provider && !asked && (
        <>
          <p className="flex items-center gap-3 text-faint text-xs before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            or
          </p>
          <Button size="lg" disabled={busy} onClick={() => void goToProvider()}>
            {provider}
          </Button>
        </>
      )}
    </div>
  );
}
