/** A panel with a hairline, and its head. */
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./class-names.ts";

export function Card({ className, ...props }: ComponentProps<"section">) {
  return (
    <section
      className={cn("min-w-0 rounded-lg border border-line bg-surface shadow-card", className)}
      {...props}
    />
  );
}

export function CardHead({
  title,
  note,
  actions,
  className,
}: {
  title: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  className?: string;
}) {
  return (
    <header className={cn("flex items-start justify-between gap-x-4 px-4 pt-3.5 pb-2", className)}>
      <div className="min-w-0">
        <h2 className="font-semibold text-ink text-sm tracking-[-0.005em]">{title}</h2>
        {note && <p className="text-faint text-xs">{note}</p>}
      </div>
      {actions && <div className="flex shrink-0 items-center gap-1.5">{actions}</div>}
    </header>
  );
}
