"use client";
/** Takes somebody out of a team, with the keys that they have in it. */
import { useRouter } from "next/navigation";
import type { FormEvent } from "react";
import { toast } from "sonner";
import { useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";
import type { MemberTarget } from "./target.ts";

export function RemoveMember({ target, onClose }: { target: MemberTarget; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({});
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await form.send("/team/member_delete", { team_id: target.teamId, user_id: target.userId }))) return;
    toast(`${target.name} is out of the team`);
    onClose();
    router.refresh();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={`Take ${target.name} out of the team`}>
        <form onSubmit={(event) => void submit(event)}>
          <DialogBody className="flex flex-col gap-3">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            <Notice tone={target.keys > 0 ? "warn" : "info"}>
              {target.keys === 0
                ? "No key of this team is theirs."
                : `${target.keys === 1 ? "The key" : `The ${target.keys} keys`} that they have in this team ${target.keys === 1 ? "is" : "are"} revoked for good: who has left spends the team's money no more.`}
            </Notice>
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="danger" disabled={form.busy}>
              {target.keys > 0 ? "Take out and revoke" : "Take out"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
