"use client";
/** Draws what was said, in the corner. It takes its messages once its region is there, so that the first is read out, too. */
import { useEffect } from "react";
import { Toaster as Region, toast } from "sonner";
import { onSaid, takeSaid } from "./say.ts";

/** A region that came just now is known to screen readers a moment later. */
const FIRST_WAIT_MS = 120;
const SHOW = { plain: toast, good: toast.success, bad: toast.error } as const;

export function Toaster() {
  useEffect(() => {
    const show = () => {
      for (const { title, options, tone } of takeSaid()) SHOW[tone](title, options);
    };
    let stop = () => {};
    const timer = setTimeout(() => {
      stop = onSaid(show);
      show();
    }, FIRST_WAIT_MS);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, []);
  return (
    <Region
      position="bottom-right"
      style={{ fontFamily: "inherit" }}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-[22rem] max-w-[calc(100vw-2rem)] items-start gap-3 rounded-lg border border-line bg-surface p-3 text-sm text-ink shadow-pop dark:bg-raised",
          title: "font-medium",
          description: "text-soft text-xs",
          actionButton: "ml-auto shrink-0 font-medium text-accent hover:underline",
          closeButton: "text-faint",
          content: "min-w-0 flex-1",
        },
      }}
    />
  );
}
