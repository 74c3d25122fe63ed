"use client";
/** Sends a callback's destination a record of no call, and says how that went. */
import { Send } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useApi } from "../shell/api.tsx";
import { say, sayBad } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";

export function CallbackTest({ destination }: { destination: string }) {
  const [sending, setSending] = useState(false);
  const api = useApi();
  const router = useRouter();
  const test = async () => {
    setSending(true);
    const answer = await api("POST", "/callbacks/test", { destination });
    setSending(false);
    if (!answer.ok) sayBad(answer.message);
    else if (answer.data["delivered"] === true) say(`${destination} has the test record`);
    else sayBad("The test was not delivered", { description: String(answer.data["reason"]) });
    router.refresh();
  };
  return (
    <Button variant="ghost" size="sm" disabled={sending} onClick={() => void test()}>
      <Send aria-hidden /> Send test<span className="sr-only"> to {destination}</span>
    </Button>
  );
}
