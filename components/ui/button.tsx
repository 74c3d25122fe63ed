/** Buttons, and links that look like them. */
import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./class-names.ts";

export const buttonVariants = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-[background,border-color,color,box-shadow] duration-100 disabled:opacity-50 disabled:cursor-not-allowed aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary:
          "forced-colors:border bg-accent text-on-accent shadow-card hover:bg-accent-strong dark:hover:bg-accent-strong",
        secondary:
          "border border-line-strong bg-surface text-ink shadow-card hover:bg-hover dark:bg-raised dark:hover:bg-hover",
        ghost: "text-soft hover:bg-hover hover:text-ink",
        danger:
          "forced-colors:border bg-bad text-white shadow-card hover:brightness-95 dark:text-[oklch(0.17_0.03_25)]",
        link: "h-auto! px-0! text-accent underline-offset-4 hover:underline",
      },
      size: {
        sm: "h-7 px-2.5 text-xs",
        md: "h-8 px-3 text-sm",
        lg: "h-10 px-4 text-base",
        icon: "size-8",
        "icon-sm": "size-7",
      },
    },
    defaultVariants: { variant: "secondary", size: "md" },
  },
);

type ButtonProps = ComponentProps<"button"> & VariantProps<typeof buttonVariants> & { asChild?: boolean };

export function Button({ className, variant, size, asChild = false, type, ...props }: ButtonProps) {
  const Tag = asChild ? Slot.Root : "button";
  return (
    <Tag
      {...(asChild ? {} : { type: type ?? "button" })}
      className={cn(buttonVariants({ variant, size }), className)}
      {...props}
    />
  );
}
