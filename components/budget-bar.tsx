/** How much of a budget is used: a bar with the warning line, and the figures in words. */
import { money, percent } from "./format.ts";
import { cn } from "./ui/class-names.ts";

export function BudgetBar({
  spent,
  limit,
  soft,
  expected = null,
  className,
}: {
  spent: bigint;
  limit: bigint | null;
  soft: bigint | null;
  /** What will be spent when the period ends; hatched behind what is. */
  expected?: bigint | null;
  className?: string;
}) {
  if (limit === null) return <span className="num text-soft">{money(spent)}</span>;
  const share = limit === 0n ? 1 : Number((spent * 10_000n) / limit) / 10_000;
  const tone =
    share >= 1 ? "bg-bad" : share >= 0.8 || (soft !== null && spent >= soft) ? "bg-warn" : "bg-accent";
  return (
    <div
      className={cn("flex min-w-22 flex-col gap-1 sm:min-w-28", className)}
      title={`${percent(Number(spent), Number(limit))} used`}
    >
      <span className="num flex flex-wrap justify-between gap-x-2 whitespace-nowrap text-xs">
        <span className={cn(share >= 1 && "font-medium text-bad")}>{money(spent)}</span>
        <span className="text-faint">of {money(limit)}</span>
      </span>
      <span aria-hidden className="gauge relative h-1 overflow-hidden rounded-full bg-line">
        {expected !== null && expected > spent && limit > 0n && (
          <span
            className="absolute inset-y-0 left-0 rounded-full bg-[repeating-linear-gradient(135deg,var(--line-strong)_0_3px,transparent_3px_5px)]"
            style={{ width: `${Math.min(100, Number((expected * 100n) / limit))}%` }}
          />
        )}
        <span
          className={cn("absolute inset-y-0 left-0 rounded-full", tone)}
          style={{ width: `${Math.min(100, share * 100)}%` }}
        />
        {soft !== null && limit > 0n && (
          <span
            className="absolute inset-y-0 w-px bg-ink/50"
            style={{ left: `${Number((soft * 100n) / limit)}%` }}
          />
        )}
      </span>
    </div>
  );
}
