"use client";
/** A dialog in the middle (a sheet from the bottom on small screens) and one from the right. */
import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./class-names.ts";

export const Dialog = Primitive.Root;
export const DialogClose = Primitive.Close;

const overlay =
  "fixed inset-0 z-50 bg-[oklch(0.2_0.02_240/0.42)] backdrop-blur-[1px] data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=closed]:animate-out data-[state=closed]:fade-out-0 dark:bg-black/60";

export interface DialogContentProps extends Omit<ComponentProps<typeof Primitive.Content>, "title"> {
  title: ReactNode;
  description?: ReactNode;
  /** Neither Esc nor a click outside closes it. */
  locked?: boolean;
  side?: "center" | "right";
}

export function DialogContent({
  title,
  description,
  locked = false,
  side = "center",
  className,
  children,
  ...props
}: DialogContentProps) {
  const keep = (event: Event) => event.preventDefault();
  return (
    <Primitive.Portal>
      <Primitive.Overlay
        className={cn(
          overlay,
          side === "right" && "bg-[oklch(0.2_0.02_240/0.22)] backdrop-blur-none dark:bg-black/45",
        )}
      />
      <Primitive.Content
        {...(locked ? { onEscapeKeyDown: keep, onPointerDownOutside: keep, onInteractOutside: keep } : {})}
        {...(description ? {} : { "aria-describedby": undefined })}
        className={cn(
          "fixed z-50 flex flex-col border-line bg-surface shadow-pop outline-none dark:bg-raised",
          side === "center"
            ? "inset-x-0 bottom-0 max-h-[92dvh] rounded-t-xl border-t data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=open]:slide-in-from-bottom-4 sm:inset-x-auto sm:top-[max(4dvh,50%-20rem)] sm:bottom-auto sm:left-1/2 sm:w-[calc(100%-2rem)] sm:max-w-lg sm:-translate-x-1/2 sm:rounded-xl sm:border"
            : "inset-y-0 right-0 w-full max-w-[34rem] border-l data-[state=open]:animate-in data-[state=open]:slide-in-from-right-8 data-[state=open]:fade-in-0",
          className,
        )}
        {...props}
      >
        <header className="flex items-start gap-4 border-line border-b px-5 pt-4 pb-3">
          <div className="min-w-0 flex-1">
            <Primitive.Title className="font-semibold text-[15px] text-ink tracking-[-0.01em]">
              {title}
            </Primitive.Title>
            {description && (
              <Primitive.Description className="mt-0.5 text-sm text-soft">
                {description}
              </Primitive.Description>
            )}
          </div>
          {!locked && (
            <Primitive.Close className="-mr-1.5 -mt-0.5 inline-flex size-7 items-center justify-center rounded-md text-faint hover:bg-hover hover:text-ink">
              <X aria-hidden className="size-4" />
              <span className="sr-only">Close</span>
            </Primitive.Close>
          )}
        </header>
        {children}
      </Primitive.Content>
    </Primitive.Portal>
  );
}
