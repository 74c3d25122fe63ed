"use client";
/** Begins an access review. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useApi } from "../shell/api.tsx";
import { sayBad } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";

export function StartReview() {
  const router = useRouter();
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const start = async () => {
    setBusy(true);
    const answer = await api("POST", "/access-reviews", {});
    setBusy(false);
    if (answer.ok) router.push(`/ui/people/access-review/${encodeURIComponent(String(answer.data["id"]))}`);
    else sayBad("No review was begun", { description: answer.message });
  };
  return (
    <Button variant="primary" disabled={busy} onClick={() => void start()}>
      {busy ? "Beginning…" : "Start a review"}
    </Button>
  );
}
