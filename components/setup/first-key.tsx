"use client";
/** The first key, shown once, and a live wait for the first request that is made with it. */
import { ArrowRight, Send } from "lucide-react";
import Link from "next/link";
import { useEffect, useState } from "react";
import { span } from "../format.ts";
import { SecretBox } from "../keys/secret-box.tsx";
import { request } from "../shell/send.ts";
import { Snippets } from "../snippets.tsx";
import { Button, buttonVariants } from "../ui/button.tsx";
import { Card, CardHead } from "../ui/card.tsx";
import { Notice } from "../ui/notice.tsx";

export interface MadeKey {
  readonly secret: string;
  readonly keyId: string;
  readonly alias: string;
  readonly csrf: string;
}

interface FirstCall {
  readonly request_id: string;
  readonly status: number;
  readonly outcome: string;
  readonly duration_ms: number;
  readonly tokens: number;
  readonly cost_usd: string;
}

const POLL_MS = 1500;

export function FirstKey({ made, origin, model }: { made: MadeKey; origin: string; model: string }) {
  const [taken, setTaken] = useState(false);
  const call = useFirstCall(made);
  return (
    <div className="flex flex-col gap-4">
      <Card className="flex flex-col gap-3 p-4">
        <h2 className="font-semibold text-sm">Your key “{made.alias}”</h2>
        <SecretBox secret={made.secret} taken={taken} onTaken={() => setTaken(true)} />
      </Card>
      <Card>
        <CardHead title="Send the first request" note="Copied with the key and this host filled in." />
        <div className="flex flex-col gap-3 px-4 pb-4">
          <Snippets origin={origin} secret={made.secret} model={model} />
          <Arrival call={call} made={made} model={model} />
        </div>
      </Card>
      <Link
        href="/ui/overview"
        className={buttonVariants({ variant: call ? "primary" : "secondary", size: "lg" })}
      >
        Open the console <ArrowRight aria-hidden />
      </Link>
    </div>
  );
}

function Arrival({ call, made, model }: { call: FirstCall | null; made: MadeKey; model: string }) {
  const [fault, setFault] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const send = async () => {
    setSending(true);
    setFault(await sendOne(made.secret, model));
    setSending(false);
  };
  if (call) {
    return (
      <Notice tone={call.outcome === "ok" ? "good" : "warn"} live>
        <span className="num flex flex-wrap items-center gap-x-2">
          First request: {call.status} in {span(call.duration_ms)}, {call.tokens} tokens, ${call.cost_usd}.
          <Link className="underline" href={`/ui/logs?id=${encodeURIComponent(call.request_id)}`}>
            Open it in Logs
          </Link>
        </span>
      </Notice>
    );
  }
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-md border border-line border-dashed px-3 py-2.5">
      <p role="status" className="flex items-center gap-2.5 text-soft text-sm">
        <span aria-hidden className="relative flex size-2.5">
          <span className="absolute inline-flex size-full animate-ping rounded-full bg-accent opacity-50" />
          <span className="relative inline-flex size-2.5 rounded-full bg-accent" />
        </span>
        {fault ?? "Waiting for your first request…"}
      </p>
      <Button size="sm" disabled={sending} onClick={() => void send()}>
        <Send aria-hidden /> Send it for me
      </Button>
    </div>
  );
}

/** Asks until the call is there; a hidden page does not ask. */
function useFirstCall({ csrf, keyId }: MadeKey): FirstCall | null {
  const [call, setCall] = useState<FirstCall | null>(null);
  useEffect(() => {
    if (call) return;
    let over = false;
    const look = async () => {
      if (document.hidden) return;
      const answer = await request(csrf, "GET", `/console/first-call?key_id=${encodeURIComponent(keyId)}`);
      if (!over && answer.ok && answer.data["call"]) setCall(answer.data["call"] as FirstCall);
    };
    const timer = setInterval(() => void look(), POLL_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [call, csrf, keyId]);
  return call;
}

/** Null when it went well, else what went wrong. */
async function sendOne(secret: string, model: string): Promise<string | null> {
  try {
    const answer = await fetch("/v1/chat/completions", {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }),
    });
    if (answer.ok) return null;
    const { error }: { error?: { message?: string } } = await answer.json();
    return error?.message ?? `The gateway answered ${answer.status}.`;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    return "The gateway cannot be reached. Try again in a moment.";
  }
}
