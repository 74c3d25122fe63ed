"use client";
/** The menu as a sheet from the left, on small screens. */
import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import { Wordmark } from "./mark.tsx";
import { Navigation, type NavigationItem } from "./navigation.tsx";

export function NavigationSheet({
  items,
  onClose,
}: {
  items: readonly NavigationItem[];
  onClose: () => void;
}) {
  return (
    <Primitive.Root open onOpenChange={(open) => !open && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-50 bg-black/40 md:hidden" />
        <Primitive.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-50 flex w-64 flex-col gap-5 overflow-y-auto border-line border-r bg-canvas p-3 outline-none data-[state=open]:animate-in data-[state=open]:slide-in-from-left-8 md:hidden"
        >
          <div className="flex h-9 shrink-0 items-center justify-between px-2">
            <Primitive.Title>
              <Wordmark />
              <span className="sr-only">Menu</span>
            </Primitive.Title>
            <Primitive.Close className="inline-flex size-8 items-center justify-center rounded-md text-faint hover:bg-hover">
              <X aria-hidden className="size-4" />
              <span className="sr-only">Close menu</span>
            </Primitive.Close>
          </div>
          <Navigation items={items} onGo={onClose} />
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
