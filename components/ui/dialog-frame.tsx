/** The inner parts of a dialog. They stand apart from what opens it, so that a page can fill one without its code. */
import type { ComponentProps } from "react";
import { cn } from "./class-names.ts";

export function DialogBody({ className, ...props }: ComponentProps<"div">) {
  return <div className={cn("min-h-0 flex-1 overflow-y-auto px-5 py-4", className)} {...props} />;
}

export function DialogFooter({ className, ...props }: ComponentProps<"footer">) {
  return (
    <footer
      className={cn(
        "flex flex-wrap items-center justify-end gap-2 border-line border-t bg-sunken/60 px-5 py-3 sm:rounded-b-xl",
        className,
      )}
      {...props}
    />
  );
}
