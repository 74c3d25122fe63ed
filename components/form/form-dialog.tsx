"use client";
/** The frame of every form in a dialog: what failed on top, the fields, and a footer with the way out and the way on. */
import type { FormEvent, ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Notice } from "../ui/notice.tsx";

export interface FormDialogProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly form: { readonly failure: string | null; readonly busy: boolean };
  /** What the button says, and what it says while it works. */
  readonly action: string;
  readonly busy: string;
  readonly onSubmit: () => Promise<unknown>;
  readonly onClose: () => void;
  /** It cannot be sent yet. */
  readonly disabled?: boolean;
  /** It cannot be undone. */
  readonly danger?: boolean;
  /** From the right in place of the middle. */
  readonly side?: "right";
  /** At the other end of the footer. */
  readonly extra?: ReactNode;
  readonly children: ReactNode;
}

export function FormDialog({
  title,
  description,
  form,
  action,
  busy,
  onSubmit,
  onClose,
  disabled = false,
  danger = false,
  side,
  extra,
  children,
}: FormDialogProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void onSubmit();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={title} description={description} {...(side ? { side } : {})}>
        <form onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            {children}
          </DialogBody>
          <DialogFooter>
            {extra && <div className="mr-auto">{extra}</div>}
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant={danger ? "danger" : "primary"} disabled={disabled || form.busy}>
              {form.busy ? busy : action}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
