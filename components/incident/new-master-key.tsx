"use client";
/** A new master key, shown once. It does not close by accident. */
import { useState } from "react";
import { SecretBox } from "../keys/secret-box.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Notice } from "../ui/notice.tsx";

export function NewMasterKey({ secret, onClose }: { secret: string; onClose: () => void }) {
  const [taken, setTaken] = useState(false);
  const [asked, setAsked] = useState(false);
  return (
    <Dialog open>
      <DialogContent locked title="The new master key" description="It counts already, on every instance.">
        <DialogBody className="flex flex-col gap-4">
          <SecretBox secret={secret} taken={taken} onTaken={() => setTaken(true)} />
          <Notice tone="warn">
            Put it into LITELLM_MASTER_KEY where the gateway's environment is kept, before the old one ends. A
            start with the old one is not refused, but the old key then is.
          </Notice>
        </DialogBody>
        <DialogFooter>
          {asked && !taken && (
            <p role="alert" className="mr-auto text-sm text-warn">
              You have not copied it. You won't see this key again.
            </p>
          )}
          <Button
            variant={taken ? "primary" : "secondary"}
            onClick={() => (taken || asked ? onClose() : setAsked(true))}
          >
            {asked && !taken ? "Close all the same" : "Done"}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
