"use client";
/** Where short messages appear: loaded after the page, since none is there at its beginning. */
import dynamic from "next/dynamic";

const Toaster = dynamic(() => import("sonner").then((module) => module.Toaster), { ssr: false });

export function Toasts() {
  return (
    <Toaster
      position="bottom-right"
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
