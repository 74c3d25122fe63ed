"use client";
/** The dialog that shows a secret once. It does not close by accident. */
import { useState } from "react";
import { Snippets } from "../snippets.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import type { NewKey } from "./create-key.tsx";
import { SecretBox } from "./secret-box.tsx";

export function SecretDialog({
  title,
  made,
  origin,
  model,
  onClose,
}: {
  title: string;
  made: NewKey;
  origin: string;
  model: string;
  onClose: () => void;
}) {
  const [taken, setTaken] = useState(false);
  const [asked, setAsked] = useState(false);
  const close = () => (taken || asked ? onClose() : setAsked(true));
  return (
    <Dialog open>
      <DialogContent locked title={title} description={<>Copy the secret of “{made.name}” now.</>}>
        <DialogBody className="flex flex-col gap-4">
          <SecretBox secret={made.secret} taken={taken} onTaken={() => setTaken(true)} />
          <Snippets origin={origin} secret={null} model={model} />
        </DialogBody>
        <DialogFooter>
          {asked && !taken && (
            <p role="alert" className="mr-auto text-sm text-warn">
              You have not copied it. You won't see this secret again.
            </p>
          )}
          <Button variant={taken ? "primary" : "secondary"} onClick={close}>
            {asked && !taken ? "Close all the same" : "Done"}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
