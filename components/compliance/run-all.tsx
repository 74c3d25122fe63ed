"use client";
/** Runs every check, the self-test among them. */
import { Play } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { tellFailure } from "../people/user-actions.tsx";
import { useApi } from "../shell/api.tsx";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";

export function RunAll() {
  const api = useApi();
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    const answer = await api("POST", "/compliance/run", {});
    setBusy(false);
    if (!answer.ok) return tellFailure("The checks were not run", answer);
    say(answer.data["job_id"] ? "The last checks are still under way" : "Every check was run");
    router.refresh();
  };
  return (
    <Button variant="primary" disabled={busy} onClick={() => void run()}>
      <Play aria-hidden /> {busy ? "Running…" : "Run all checks"}
    </Button>
  );
}
