"use client";
/** Begins a drill. */
import { FlaskConical } from "lucide-react";
import { useRouter } from "next/navigation";
import { useForm } from "../form/use-form.ts";
import { say, sayBad } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";

export function DrillButton() {
  const router = useRouter();
  const form = useForm({});
  const begin = async () => {
    const data = await form.send("/privacy/drill", {});
    if (!data) {
      sayBad("No drill was begun", { description: "Try again in a moment; the log says more." });
      return;
    }
    say("The drill has begun", {
      description: "A made-up person is exported and erased. It is here in a minute, marked as a drill.",
    });
    router.refresh();
  };
  return (
    <Button disabled={form.busy} onClick={() => void begin()}>
      <FlaskConical aria-hidden /> Drill
    </Button>
  );
}
