"use client";
/** Asks the server for the failed page anew; resetting alone would show the same failure again. */
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { Button } from "../ui/button.tsx";

export function RetryButton({ reset }: { reset: () => void }) {
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const retry = () =>
    startTransition(() => {
      router.refresh();
      reset();
    });
  return (
    <Button variant="primary" disabled={pending} onClick={retry}>
      {pending ? "Trying…" : "Try again"}
    </Button>
  );
}
