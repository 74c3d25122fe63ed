"use client";
/** Turns the second factor on (code, then recovery codes, once) and off. */
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { CopyButton } from "../copy-button.tsx";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { useApi } from "../shell/api.tsx";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";

/** Comes when the second factor is being turned on. */
const QrCode = dynamic(() => import("qrcode.react").then((module) => module.QRCodeSVG), { ssr: false });
const QR_PX = 132;

interface Begun {
  readonly secret: string;
  readonly uri: string;
}

export function SecondFactor({ on, left }: { on: boolean; left: number }) {
  const api = useApi();
  const [begun, setBegun] = useState<Begun | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const begin = async () => {
    const answer = await api("POST", "/console/totp/begin", {});
    if (answer.ok) setBegun({ secret: String(answer.data["secret"]), uri: String(answer.data["uri"]) });
    else setFailure(answer.message);
  };
  if (codes) return <RecoveryCodes codes={codes} />;
  if (begun) return <Confirm begun={begun} onConfirmed={setCodes} />;
  if (on) return <TurnOff left={left} />;
  return (
    <div className="flex flex-col items-start gap-3 px-4 pb-4">
      <p className="text-soft text-sm">It is off. Whoever learns your password can sign in as you.</p>
      {failure && <Notice tone="bad">{failure}</Notice>}
      <Button variant="primary" onClick={() => void begin()}>
        Turn on
      </Button>
    </div>
  );
}

function Confirm({ begun, onConfirmed }: { begun: Begun; onConfirmed: (codes: readonly string[]) => void }) {
  const form = useForm({ code: "" });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const data = await form.send("/console/totp/confirm", { ...form.values });
    if (data) onConfirmed(data["recovery_codes"] as string[]);
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4 px-4 pb-4">
      <div className="flex flex-wrap gap-4">
        <span className="size-[150px] rounded-md border border-line bg-white p-2">
          <QrCode value={begun.uri} size={QR_PX} title="QR code for an authenticator app" />
        </span>
        <div className="min-w-48 flex-1 text-sm text-soft">
          <p>Scan this with an authenticator app, or enter the secret by hand:</p>
          <p className="mt-2 flex items-center gap-1">
            <code className="break-all font-mono text-ink text-xs">{begun.secret}</code>
            <CopyButton text={begun.secret} label="Copy the secret" />
          </p>
        </div>
      </div>
      {form.failure && (
        <Notice tone="bad" live>
          {form.failure}
        </Notice>
      )}
      <Field label="Code it shows" error={form.errors["code"]}>
        {(control) => (
          <Input
            {...control}
            {...form.bind("code")}
            required
            autoComplete="one-time-code"
            inputMode="numeric"
            className="num max-w-40 font-mono tracking-widest"
          />
        )}
      </Field>
      <Button type="submit" variant="primary" className="self-start" disabled={form.busy}>
        Confirm
      </Button>
    </form>
  );
}

function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const router = useRouter();
  return (
    <div className="flex flex-col items-start gap-3 px-4 pb-4">
      <Notice tone="good" live>
        The second factor is on. Keep these recovery codes: each opens once, when the phone is not at hand.
        They are not shown again.
      </Notice>
      <ul className="num grid w-full grid-cols-1 gap-x-6 gap-y-1 rounded-md border border-line bg-sunken p-3 font-mono text-xs sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex gap-2">
        <CopyButton text={codes.join("\n")} label="Copy the codes" showLabel />
        <Button variant="primary" onClick={() => router.refresh()}>
          I have kept them
        </Button>
      </div>
    </div>
  );
}

function TurnOff({ left }: { left: number }) {
  const router = useRouter();
  const form = useForm({ password: "" });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await form.send("/console/totp/remove", { ...form.values }))) return;
    say("The second factor is off");
    router.refresh();
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3 px-4 pb-4">
      <p className="text-soft text-sm">
        {left} of 10 recovery codes are left. To set up another phone, turn it off and on again.
      </p>
      {form.failure && (
        <Notice tone="bad" live>
          {form.failure}
        </Notice>
      )}
      <Field label="Your password" error={form.errors["password"]}>
        {(control) => (
          <Input
            {...control}
            {...form.bind("password")}
            type="password"
            required
            autoComplete="current-password"
          />
        )}
      </Field>
      <Button type="submit" className="self-start" disabled={form.busy}>
        Turn off
      </Button>
    </form>
  );
}
