/** A word of state. The dot's shape is the same for all; the word carries the meaning, the colour only helps. */
import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "./class-names.ts";

const badgeVariants = cva(
  "inline-flex max-w-full items-center gap-1.5 whitespace-nowrap rounded-full border px-2 py-px font-medium text-2xs leading-4",
  {
    variants: {
      tone: {
        neutral: "border-line bg-sunken text-soft",
        good: "border-transparent bg-good-wash text-good",
        warn: "border-transparent bg-warn-wash text-warn",
        bad: "border-transparent bg-bad-wash text-bad",
        accent: "border-transparent bg-accent-wash text-accent-strong dark:text-accent",
        outline: "border-line-strong bg-transparent text-soft",
      },
    },
    defaultVariants: { tone: "neutral" },
  },
);

export type Tone = NonNullable<VariantProps<typeof badgeVariants>["tone"]>;

export function Badge({
  className,
  tone,
  dot = false,
  children,
  ...props
}: ComponentProps<"span"> & { tone?: Tone; dot?: boolean }) {
  return (
    <span className={cn(badgeVariants({ tone }), className)} {...props}>
      {dot && <span aria-hidden className="size-1.5 shrink-0 rounded-full bg-current" />}
      {children}
    </span>
  );
}
