"use client";
/** One tiny real call with what the form holds, and what came back. */
import { PlugZap } from "lucide-react";
import { useState } from "react";
import { useApi } from "../shell/api.tsx";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

interface Outcome {
  readonly ok: boolean;
  readonly text: string;
}

export function TestConnection({ body }: { body: () => Record<string, unknown> }) {
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const test = async () => {
    setBusy(true);
    setOutcome(null);
    const answer = await api("POST", "/model/test", body());
    setBusy(false);
    setOutcome(answer.ok ? outcomeOf(answer.data) : { ok: false, text: answer.message });
  };
  return (
    <div className="flex flex-col items-start gap-2">
      <Button disabled={busy} onClick={() => void test()}>
        <PlugZap aria-hidden /> {busy ? "Calling…" : "Test connection"}
      </Button>
      {outcome && (
        <Notice tone={outcome.ok ? "good" : "bad"} live className="w-full">
          {outcome.text}
        </Notice>
      )}
    </div>
  );
}

/** `Provider answered 401 in 212 ms: The provider refused the key.` */
function outcomeOf(data: Record<string, unknown>): Outcome {
  const { message, ms, ok, status } = data;
  const what = status === 0 ? `No answer after ${ms} ms` : `Provider answered ${status} in ${ms} ms`;
  return ok === true ? { ok: true, text: `${what}.` } : { ok: false, text: `${what}: ${message}` };
}
