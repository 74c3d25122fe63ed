"use client";
/** Stops a job. What it has done so far stays done; its file is never half there. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useApi } from "../shell/api.tsx";
import { say, sayBad } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";

export function CancelJob({ id, title }: { id: string; title: string }) {
  const router = useRouter();
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const cancel = async () => {
    setBusy(true);
    const answer = await api("POST", `/jobs/${id}/cancel`, {});
    setBusy(false);
    if (answer.ok) say(`“${title}” is being stopped`);
    else sayBad(answer.message);
    router.refresh();
  };
  return (
    <Button size="sm" disabled={busy} onClick={() => void cancel()} className="relative">
      {busy ? "Stopping…" : "Cancel"}
      <span className="sr-only"> {title}</span>
    </Button>
  );
}
