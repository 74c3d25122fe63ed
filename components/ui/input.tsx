/** Text fields and selects of one height. */
import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "./class-names.ts";

const field =
  "h-8 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-ink text-sm shadow-card outline-none transition-[border-color,box-shadow] placeholder:text-faint hover:border-ink/30 focus-visible:border-accent focus-visible:ring-2 focus-visible:ring-accent/25 disabled:opacity-60 aria-invalid:border-bad dark:bg-sunken";

export function Input({ className, type = "text", ...props }: ComponentProps<"input">) {
  return <input type={type} className={cn(field, className)} {...props} />;
}

export function Select({ className, children, ...props }: ComponentProps<"select">) {
  return (
    <span className="relative inline-flex w-full min-w-0">
      <select className={cn(field, "appearance-none truncate pr-7", className)} {...props}>
        {children}
      </select>
      <ChevronDown
        aria-hidden
        className="-translate-y-1/2 pointer-events-none absolute top-1/2 right-2 size-3.5 text-faint"
      />
    </span>
  );
}

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea className={cn(field, "h-auto min-h-16 py-1.5", className)} {...props} />;
}
