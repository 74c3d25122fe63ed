"use client";
/** Opening what was said in a call, reading it while it is open, and approving that another person does. */
import { KeyRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useState } from "react";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Input, Textarea } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import { Said, type SaidText } from "./said.tsx";

const LEAST_REASON = 10;
const schema = () => import("#lib/content/schema.ts").then(({ unlockSchema }) => unlockSchema);

/** @param callId null: the person names the call @param openHref where a call that was named is shown */
export function UnlockForm({
  callId,
  secondPerson,
  openHref,
}: {
  callId: string | null;
  secondPerson: boolean;
  openHref?: string;
}) {
  const router = useRouter();
  const form = useForm({ call: callId ?? "", reason: "" }, { id: "call" });
  const { call = "", reason = "" } = form.values;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const id = call.trim();
    const path = `/privacy/contents/${encodeURIComponent(id)}/unlock`;
    if (!(await form.send(path, { reason: reason.trim() }, schema))) return;
    form.reset();
    if (callId === null && openHref !== undefined) router.push(`${openHref}?id=${encodeURIComponent(id)}`);
    router.refresh();
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
      {form.failure && (
        <Notice tone="bad" live>
          {form.failure}
        </Notice>
      )}
      {callId === null && (
        <Field label="Request id" hint="As Logs and x-shin-request-id have it." error={form.errors["call"]}>
          {(control) => (
            <Input
              {...control}
              {...form.bind("call")}
              required
              maxLength={64}
              placeholder="req_…"
              spellCheck={false}
            />
          )}
        </Field>
      )}
      <Field
        label="Why it has to be read"
        hint={`${LEAST_REASON} characters or more. Stored with your name in the audit log; an alert goes out.`}
        error={form.errors["reason"]}
      >
        {(control) => <Textarea {...control} {...form.bind("reason")} required maxLength={2000} rows={2} />}
      </Field>
      <div>
        <Button
          type="submit"
          variant="danger"
          disabled={form.busy || reason.trim().length < LEAST_REASON || call.trim() === ""}
        >
          <KeyRound aria-hidden /> {secondPerson ? "Ask a second person" : "Open for 15 minutes"}
        </Button>
      </div>
    </form>
  );
}

/** Each press reads, and is on record; the text goes from the screen when its time is over. */
export function Reader({
  callId,
  openUntilMs,
  banner,
}: {
  callId: string;
  openUntilMs: number;
  banner: string;
}) {
  const router = useRouter();
  const form = useForm({});
  const [said, setSaid] = useState<{ request: SaidText; answer: SaidText | null } | null>(null);
  useEffect(() => {
    const timer = setTimeout(
      () => {
        setSaid(null);
        router.refresh();
      },
      Math.max(0, openUntilMs - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [openUntilMs, router]);
  const read = async () => {
    const data = await form.send(`/privacy/contents/${encodeURIComponent(callId)}/read`, {});
    const request = asText(data?.["request"]);
    if (request === null) return;
    setSaid({ request, answer: asText(data?.["answer"]) });
    router.refresh();
  };
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Notice tone="warn">{banner}</Notice>
      {form.failure && (
        <Notice tone="bad" live>
          {form.failure}
        </Notice>
      )}
      <div>
        {said === null ? (
          <Button variant="primary" disabled={form.busy} onClick={() => void read()}>
            {form.busy ? "Reading…" : "Read it"}
          </Button>
        ) : (
          <Button onClick={() => setSaid(null)}>Hide it</Button>
        )}
      </div>
      {said !== null && (
        <>
          <Said title="Prompt" said={said.request} />
          <Said title="Answer" said={said.answer} />
        </>
      )}
    </div>
  );
}

export function ApproveButton({ callId, unlock }: { callId: string; unlock: string }) {
  const router = useRouter();
  const form = useForm({});
  const approve = async () => {
    const path = `/privacy/contents/${encodeURIComponent(callId)}/approve`;
    if (await form.send(path, { unlock })) router.refresh();
  };
  return (
    <span className="relative flex flex-col items-start gap-1">
      <Button size="sm" disabled={form.busy} onClick={() => void approve()}>
        Approve
      </Button>
      {form.failure && (
        <span role="alert" className="text-bad text-xs">
          {form.failure}
        </span>
      )}
    </span>
  );
}

function asText(value: unknown): SaidText | null {
  if (typeof value !== "object" || value === null || !("text" in value)) return null;
  const { bytes, text, whole } = value as SaidText;
  return { text, bytes, whole };
}
