"use client";
/** Revokes a key for good: what it means, then the key's own name typed. */
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Input } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import type { ActionKey } from "./key-actions.tsx";

export function RevokeDialog({ target, onClose }: { target: ActionKey; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({});
  const [typed, setTyped] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await form.send("/key/delete", { keys: [target.id] }))) return;
    toast(`“${target.name}” is revoked`, {
      description: "Its next call is refused. What it spent stays on record.",
    });
    onClose();
    router.refresh();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={`Revoke “${target.name}”`}
        description="This cannot be undone. To stop it for a while, disable it instead."
      >
        <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            <Notice tone={target.lastUsed ? "warn" : "info"}>
              {target.lastUsed
                ? `Last used ${target.lastUsed}. Every application that has it stops at its next call.`
                : "No call has used this key."}
            </Notice>
            <Field label={`Type ${target.name} to confirm`}>
              {(control) => (
                <Input
                  {...control}
                  autoComplete="off"
                  value={typed}
                  onChange={(event) => setTyped(event.target.value)}
                />
              )}
            </Field>
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="danger" disabled={typed !== target.name || form.busy}>
              {form.busy ? "Revoking…" : "Revoke for good"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
