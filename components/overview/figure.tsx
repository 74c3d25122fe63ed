/** One figure of the Overview: what it is, how much, and against the period before. */
import { ArrowDownRight, ArrowUpRight } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "../ui/class-names.ts";

export interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly exact?: string;
  readonly note?: ReactNode;
  /** Share of change against the period before; null: nothing to compare with. */
  readonly change?: number | null;
  /** What more of it means. */
  readonly more?: "good" | "bad" | "neutral";
  readonly against?: string;
  readonly href?: string;
}

export function Figures({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line shadow-card md:grid-cols-3 xl:grid-cols-6">
      {children}
    </dl>
  );
}

export function Figure({
  label,
  value,
  exact,
  note,
  change = null,
  more = "neutral",
  against = "",
  href,
}: FigureProps) {
  const Arrow = (change ?? 0) >= 0 ? ArrowUpRight : ArrowDownRight;
  const size = Math.abs(change ?? 0);
  const text = size >= 10 ? `${Math.round(size)}×` : `${Math.round(size * 100)}%`;
  const rose = (change ?? 0) > 0;
  const tone =
    more === "neutral" || size < 0.005 ? "text-soft" : rose === (more === "good") ? "text-good" : "text-bad";
  return (
    <div className="relative bg-surface px-4 py-3.5 hover:has-[a]:bg-hover/50">
      <dt className="text-soft text-xs">
        {href ? (
          <Link href={href} prefetch={false} className="after:absolute after:inset-0">
            {label}
          </Link>
        ) : (
          label
        )}
      </dt>
      <dd className="mt-1">
        <span
          title={exact}
          className="num block font-semibold text-[1.375rem] text-ink leading-7 tracking-[-0.025em]"
        >
          {value}
        </span>
        <span className="num mt-0.5 flex empty:hidden min-h-5 flex-wrap items-center gap-x-1.5 text-faint text-xs">
          {change !== null && (
            <span className={cn("inline-flex items-center gap-0.5", tone)} title={against}>
              <Arrow aria-hidden className="size-3" />
              {text}
              <span className="sr-only">
                {rose ? "more" : "less"} than {against}
              </span>
            </span>
          )}
          {note}
        </span>
      </dd>
    </div>
  );
}

/** Null when there was nothing before. */
export function changeOf(now: number, before: number): number | null {
  return before === 0 ? null : (now - before) / before;
}
