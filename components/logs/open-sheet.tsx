"use client";
/** The sheet in which a row of a list opens. Closing it goes back to the list as it was. */
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { Dialog, DialogContent } from "../ui/dialog.tsx";

/** The sheet itself is read first, not its close button. */
function focusContent(event: Event): void {
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
}

export function OpenSheet({
  closeHref,
  title,
  children,
}: {
  closeHref: string;
  title: string;
  children: ReactNode;
}) {
  const router = useRouter();
  return (
    <Dialog open onOpenChange={(open) => !open && router.push(closeHref, { scroll: false })}>
      <DialogContent side="right" title={title} onOpenAutoFocus={focusContent}>
        {children}
      </DialogContent>
    </Dialog>
  );
}
