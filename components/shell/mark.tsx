/** The mark: a gate seen from above, and the name. */
import { cn } from "../ui/class-names.ts";

export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={cn("size-6 text-accent", className)}>
      <rect x="1" y="1" width="22" height="22" rx="6.5" fill="currentColor" />
      <path
        d="M6 8.25h12M7.5 8.25v8.5M16.5 8.25v8.5M12 8.25v4.25M7.5 12.5h9"
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="1.6"
        strokeLinecap="round"
      />
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className="flex items-center gap-2.5">
      <Mark />
      <span className="font-semibold text-[15px] text-ink tracking-[-0.02em]">Shin</span>
    </span>
  );
}
