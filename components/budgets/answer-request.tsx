"use client";
/** Answers a request for more budget; whoever asked may take it back. */
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useApi } from "../shell/api.tsx";
import { sayBad } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";

const dialogs = () => import("./answer-dialogs.tsx");
const ApproveDialog = dynamic(() => dialogs().then((module) => module.ApproveDialog), { ssr: false });
const DeclineDialog = dynamic(() => dialogs().then((module) => module.DeclineDialog), { ssr: false });

export interface AskedRequest {
  readonly id: string;
  /** Whose budget. */
  readonly name: string;
  /** Dollars. */
  readonly amount: string;
  /** ISO. */
  readonly until: string | null;
}

export function AnswerRequest({ request }: { request: AskedRequest }) {
  const [dialog, setDialog] = useState<"approve" | "decline" | null>(null);
  const close = () => setDialog(null);
  return (
    <span className="inline-flex items-center gap-1.5">
      <Button size="sm" onClick={() => setDialog("decline")}>
        Decline<span className="sr-only"> the request for {request.name}</span>
      </Button>
      <Button size="sm" variant="primary" onClick={() => setDialog("approve")}>
        Approve<span className="sr-only"> the request for {request.name}</span>
      </Button>
      {dialog === "approve" && <ApproveDialog request={request} onClose={close} />}
      {dialog === "decline" && <DeclineDialog request={request} onClose={close} />}
    </span>
  );
}

export function WithdrawRequest({ request }: { request: AskedRequest }) {
  const router = useRouter();
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const withdraw = async () => {
    setBusy(true);
    const answer = await api("POST", `/budget/requests/${request.id}/withdraw`, {});
    setBusy(false);
    if (!answer.ok) sayBad("The request was not withdrawn", { description: answer.message });
    router.refresh();
  };
  return (
    <Button size="sm" disabled={busy} onClick={() => void withdraw()}>
      Withdraw<span className="sr-only"> the request for {request.name}</span>
    </Button>
  );
}
