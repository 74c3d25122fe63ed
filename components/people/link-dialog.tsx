"use client";
/** A one-use link, shown once: whoever opens it chooses a password. */
import { CopyButton } from "../copy-button.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Input } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";

export interface MadeLink {
  readonly email: string;
  readonly path: string;
}

export function LinkDialog({ link, onClose }: { link: MadeLink; onClose: () => void }) {
  // The host is this page's own: what people reach the console by.
  const url = `${window.location.origin}${link.path}`;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        locked
        title={`A link for ${link.email}`}
        description="Send it to this person alone. It works once, within three days."
      >
        <DialogBody className="flex flex-col gap-3">
          <div className="flex gap-2">
            <Input
              readOnly
              aria-label="Link"
              value={url}
              className="font-mono text-xs"
              onFocus={(event) => event.target.select()}
            />
            <CopyButton text={url} label="Copy link" showLabel />
          </div>
          <Notice tone="info">It is shown this once. A newer link for the same person ends this one.</Notice>
        </DialogBody>
        <DialogFooter>
          <DialogClose asChild>
            <Button variant="primary">Done</Button>
          </DialogClose>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
