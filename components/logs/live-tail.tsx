"use client";
/** Logs as they come: asks which call is the newest of the list, and draws the list anew when there is a newer one. */
import { useRouter } from "next/navigation";
import { parseAsBoolean, useQueryState } from "nuqs";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { useEffect, useRef, useTransition } from "react";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/class-names.ts";
import { useLive } from "../use-live.ts";

/**
 * @param url answers with the newest call of the same filter
 * @param newest the id of the call that the page shows first; empty: it shows none
 */
export function LiveTail(props: { url: string; newest: string }) {
  return (
    <NuqsAdapter>
      <Tail {...props} />
    </NuqsAdapter>
  );
}

function Tail({ url, newest }: { url: string; newest: string }) {
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  /** The call for which the list was drawn anew last: once is enough, also when the list does not show it. */
  const drawnFor = useRef("");
  const [on, setOn] = useQueryState("live", parseAsBoolean.withDefault(false));
  const { data, fault } = useLive(url, { newest }, on);
  // Ids grow with time. While a page is on its way the next one waits for it.
  const behind = on && !pending && data.newest > newest;
  useEffect(() => {
    if (!behind || drawnFor.current === data.newest) return;
    drawnFor.current = data.newest;
    startTransition(() => router.refresh());
  }, [behind, data.newest, router]);
  return (
    <>
      <span role="status" className="text-soft text-xs">
        {on ? (fault ?? "Live, every 2 seconds") : ""}
      </span>
      <Button aria-pressed={on} onClick={() => void setOn(on ? null : true)}>
        <span
          aria-hidden
          className={cn("size-2 rounded-full", on ? (fault ? "bg-bad" : "bg-good") : "bg-line-strong")}
        />
        {on ? "Pause" : "Live"}
      </Button>
    </>
  );
}
