/** What a new gateway still lacks; each line ticks itself. */
import { Check } from "lucide-react";
import Link from "next/link";
import { Card } from "../ui/card.tsx";
import { cn } from "../ui/class-names.ts";

export interface Step {
  readonly title: string;
  readonly note: string;
  readonly done: boolean;
  readonly href: string | null;
}

export function GettingStarted({ steps }: { steps: readonly Step[] }) {
  const done = steps.filter((step) => step.done).length;
  return (
    <Card className="mb-5 overflow-hidden">
      <div className="flex items-center gap-3 px-4 pt-3.5 pb-3">
        <h2 className="font-semibold text-sm">Getting started</h2>
        <span className="num text-faint text-xs">
          {done} of {steps.length} done
        </span>
        <span aria-hidden className="gauge h-1 w-24 overflow-hidden rounded-full bg-line">
          <span
            className="block h-full rounded-full bg-accent"
            style={{ width: `${(100 * done) / steps.length}%` }}
          />
        </span>
      </div>
      <ol className="grid gap-px border-line border-t bg-line sm:grid-cols-2 xl:grid-cols-4">
        {steps.map((step) => (
          <li key={step.title} className="relative flex gap-3 bg-surface px-4 py-3">
            <span
              aria-hidden
              className={cn(
                "mt-px flex size-5 shrink-0 items-center justify-center rounded-full border",
                step.done ? "border-transparent bg-good-wash text-good" : "border-line-strong border-dashed",
              )}
            >
              {step.done && <Check className="size-3" />}
            </span>
            <span className="min-w-0">
              <span
                className={cn(
                  "block text-sm",
                  step.done ? "text-faint line-through decoration-line-strong" : "font-medium text-ink",
                )}
              >
                {step.href && !step.done ? (
                  <Link
                    href={step.href}
                    prefetch={false}
                    className="after:absolute after:inset-0 hover:underline"
                  >
                    {step.title}
                  </Link>
                ) : (
                  step.title
                )}
                {step.done && <span className="sr-only"> (done)</span>}
              </span>
              {!step.done && <span className="block text-faint text-xs">{step.note}</span>}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
