"use client";
/** How a check is mended: its exact steps, and one press where that is safe. What it would touch is said before. */
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Button, buttonVariants } from "../ui/button.tsx";
import { Dialog, DialogClose, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Notice } from "../ui/notice.tsx";
import { told } from "./check-actions.tsx";
import { Steps } from "./steps.tsx";
import type { CheckTarget } from "./target.ts";

export function FixDialog({ target, onClose }: { target: CheckTarget; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({});
  const { action, blocks, link } = target;
  const press = async () => {
    const data = await form.send("/compliance/fix", {
      check: target.id,
      ...(blocks === null ? {} : { confirm: blocks }),
    });
    if (!data) return;
    say(told(target, data), {
      ...(blocks ? { description: `${blocks} keys are blocked; each can be unblocked under Keys.` } : {}),
    });
    onClose();
    router.refresh();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={`Fix: ${target.title}`} description="What to do, in this order.">
        <DialogBody className="flex flex-col gap-4">
          {form.failure && (
            <Notice tone="bad" live>
              {form.failure}
            </Notice>
          )}
          <Steps steps={target.steps} />
          {blocks !== null && (
            <Notice tone={blocks > 0 ? "warn" : "info"}>
              {blocks === 0
                ? "No live key is unused for 90 days: there is nothing to block."
                : `${blocks} live keys that nobody has used in 90 days would be blocked. Calls with them are answered 401 until they are unblocked.`}
            </Notice>
          )}
        </DialogBody>
        <DialogFooter>
          <DialogClose asChild>
            <Button variant="ghost">Close</Button>
          </DialogClose>
          {link && (
            <Link href={link.href} prefetch={false} className={buttonVariants({ variant: "secondary" })}>
              {link.label}
            </Link>
          )}
          {action && (
            <Button
              variant={blocks ? "danger" : "primary"}
              disabled={form.busy || blocks === 0}
              onClick={() => void press()}
            >
              {form.busy ? "Working…" : blocks ? `Block ${blocks} keys` : action.label}
            </Button>
          )}
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
