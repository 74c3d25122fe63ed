"use client";
/** Asks for the page's figures anew. */
import { RefreshCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/class-names.ts";

export function RefreshButton() {
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  return (
    <Button
      onClick={() => startTransition(() => router.refresh())}
      {...(pending ? { "data-filtering": "" } : {})}
    >
      <RefreshCw aria-hidden className={cn(pending && "animate-spin")} /> Refresh
    </Button>
  );
}
