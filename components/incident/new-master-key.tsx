"use client";
/**
 * A new master key, made in this page: kept first, put in force then. It does not close by accident, and when no answer
 * comes it stays on the screen and may be sent again.
 */
import { useState } from "react";
import { SecretBox } from "../keys/secret-box.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Notice } from "../ui/notice.tsx";

export function NewMasterKey({
  secret,
  failure,
  busy,
  inForce,
  onConfirm,
  onClose,
}: {
  secret: string;
  failure: string | null;
  busy: boolean;
  inForce: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const [taken, setTaken] = useState(false);
  return (
    <Dialog open>
      <DialogContent
        locked
        title="The new master key"
        description={
          inForce ? "It counts now, on every instance." : "It was made in this page and does not count yet."
        }
      >
        <DialogBody className="flex flex-col gap-4">
          {failure !== null && !inForce && (
            <Notice tone="bad" live>
              {failure} If no answer came, it may be in force already: keep it, and look at Settings, Master
              key. Sending it again does no harm.
            </Notice>
          )}
          <SecretBox
            secret={secret}
            taken={taken}
            onTaken={() => setTaken(true)}
            variable="LITELLM_MASTER_KEY"
            lost="It is shown in this window alone."
          />
          <Notice tone="warn">
            Keep it first; then put it into LITELLM_MASTER_KEY where the gateway's environment is kept, before
            the old one ends. A start with the old one is not refused, but the old key then is.
          </Notice>
        </DialogBody>
        <DialogFooter>
          {!inForce && !taken && (
            <p className="mr-auto text-faint text-sm">Copy or download it, then put it in force.</p>
          )}
          {!inForce && (
            <Button variant="secondary" disabled={busy} onClick={onClose}>
              Cancel
            </Button>
          )}
          <Button
            variant="primary"
            disabled={busy || (!inForce && !taken)}
            onClick={inForce ? onClose : onConfirm}
          >
            {inForce ? "Done" : busy ? "Replacing…" : "Put it in force"}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
