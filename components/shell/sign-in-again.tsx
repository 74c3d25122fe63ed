"use client";
/** Signs in where one is: what was typed stays behind this dialog, and is sent once the same person is back. */
import { type FormEvent, useCallback, useEffect, useState } from "react";
import { Field } from "../form/field.tsx";
import { signInSentence } from "../sign-in/sentences.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Input } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import { providerUrl, SIGNED_IN, signIn } from "./auth-client.ts";
import { ownersToken, type PageOwner, sessionNow } from "./send.ts";

/** Where the identity provider leads back to in its own window, which then says so on SIGNED_IN. */
const RETURN_PATH = "/ui/signed-in";

export function SignInAgain({
  owner,
  other,
  onDone,
}: {
  owner: PageOwner;
  /** Who else is signed in in this browser by now. */
  other: string | null;
  onDone: (token: string | null) => void;
}) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(other === null ? null : othersSession(other, owner));
  /** Ends the dialog when this person is signed in; says so when somebody else is. */
  const look = useCallback(async () => {
    const now = await sessionNow();
    const token = ownersToken(now, owner);
    if (token !== null) onDone(token);
    else if (now) setFault(othersSession(now.email, owner));
  }, [owner, onDone]);
  useEffect(() => {
    const channel = new BroadcastChannel(SIGNED_IN);
    channel.onmessage = () => void look();
    // Signed in in another tab.
    const onFocus = () => void look();
    window.addEventListener("focus", onFocus);
    return () => {
      channel.close();
      window.removeEventListener("focus", onFocus);
    };
  }, [look]);
  const goToProvider = async () => {
    setFault(null);
    // Opened by the press itself, before anything is waited for: browsers block windows that come later.
    const opened = window.open("about:blank", "shin-sign-in", "popup,width=520,height=680");
    if (!opened)
      return setFault("The browser blocked the window. Allow it for this site, or sign in in another tab.");
    const url = await providerUrl(RETURN_PATH);
    if (url !== null) return opened.location.replace(url);
    opened.close();
    setFault(signInSentence("provider"));
  };
  const byProvider = owner.provider !== null && !owner.hasPassword;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (byProvider) return goToProvider();
    setBusy(true);
    setFault(null);
    const outcome = await signIn(owner.email, password, code);
    if (outcome === "ok") await look();
    else if (outcome === "code_required") setAsked(true);
    else setFault(signInSentence(outcome));
    if (outcome === "code_wrong") setCode("");
    setBusy(false);
  };
  return (
    <Dialog open>
      <DialogContent
        locked
        title="Sign in to go on"
        description={
          <>The session of {owner.email} is over. What you typed is still here and is sent after this.</>
        }
      >
        <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {fault && (
              <Notice tone="bad" live>
                {fault}
              </Notice>
            )}
            {/* For password managers: which account the password is of. */}
            <input type="hidden" name="username" autoComplete="username" value={owner.email} readOnly />
            {byProvider ? (
              <p className="text-sm">
                A window opens for {owner.provider?.replace(/^Continue with /, "") ?? ""}. Leave this page as
                it is meanwhile.
              </p>
            ) : asked ? (
              <Field
                key="code"
                label="Code"
                hint="Six digits from your authenticator app, or a recovery code."
              >
                {(control) => (
                  <Input
                    {...control}
                    autoFocus
                    required
                    autoComplete="one-time-code"
                    className="num font-mono tracking-widest"
                    value={code}
                    onChange={(event) => setCode(event.target.value)}
                  />
                )}
              </Field>
            ) : (
              <Field key="password" label="Password">
                {(control) => (
                  <Input
                    {...control}
                    autoFocus
                    type="password"
                    required
                    autoComplete="current-password"
                    value={password}
                    onChange={(event) => setPassword(event.target.value)}
                  />
                )}
              </Field>
            )}
          </DialogBody>
          <DialogFooter>
            <Button variant="ghost" className="mr-auto" onClick={() => onDone(null)}>
              Not now
            </Button>
            {owner.provider !== null && !byProvider && (
              <Button onClick={() => void goToProvider()}>{owner.provider}</Button>
            )}
            <Button type="submit" variant="primary" disabled={busy} autoFocus={byProvider}>
              {byProvider ? owner.provider : busy ? "Signing in…" : "Sign in and send"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function othersSession(email: string, owner: PageOwner): string {
  return `${email} is signed in in this browser now. This page was opened by ${owner.email}, and only they can send it.`;
}
