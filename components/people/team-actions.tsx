"use client";
/** What can be done to a team: make, edit, block with undo, delete in stages. */
import { Ban, CirclePlay, EllipsisVertical, PencilLine, Plus, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { type Api, useApi } from "../shell/api.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Input } from "../ui/input.tsx";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "../ui/menu.tsx";
import { Notice } from "../ui/notice.tsx";
import type { TeamTarget } from "./target.ts";
import type { TeamChoices } from "./team-form.tsx";
import { tellFailure } from "./user-actions.tsx";

const TeamForm = dynamic(() => import("./team-form.tsx").then((module) => module.TeamForm), { ssr: false });

export function NewTeam({ choices }: { choices: TeamChoices }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        <Plus aria-hidden /> New team
      </Button>
      {open && <TeamForm team={null} choices={choices} onClose={() => setOpen(false)} />}
    </>
  );
}

export function TeamActions({ target, choices }: { target: TeamTarget; choices: TeamChoices }) {
  const api = useApi();
  const router = useRouter();
  const [dialog, setDialog] = useState<"edit" | "delete" | null>(null);
  const Toggle = target.blocked ? CirclePlay : Ban;
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button size="icon">
            <EllipsisVertical aria-hidden />
            <span className="sr-only">More actions for {target.name}</span>
          </Button>
        </MenuTrigger>
        <MenuContent>
          <MenuItem onSelect={() => setDialog("edit")}>
            <PencilLine aria-hidden /> Edit name and models…
          </MenuItem>
          <MenuItem onSelect={() => void setBlocked(api, target, !target.blocked, () => router.refresh())}>
            <Toggle aria-hidden /> {target.blocked ? "Unblock" : "Block"}
          </MenuItem>
          <MenuSeparator />
          <MenuItem danger onSelect={() => setDialog("delete")}>
            <Trash2 aria-hidden /> Delete…
          </MenuItem>
        </MenuContent>
      </Menu>
      {dialog === "edit" && <TeamForm team={target} choices={choices} onClose={() => setDialog(null)} />}
      {dialog === "delete" && <DeleteTeam target={target} onClose={() => setDialog(null)} />}
    </>
  );
}

function DeleteTeam({ target, onClose }: { target: TeamTarget; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({ typed: "" });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await form.send("/team/delete", { team_ids: [target.id] }))) return;
    toast(`Team “${target.name}” is deleted`, { description: "What it spent stays on record." });
    onClose();
    router.push("/ui/people/teams");
  };
  const keys = target.keys === 1 ? "Its key is revoked" : `Its ${target.keys} keys are revoked`;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={`Delete team “${target.name}”`}
        description="This cannot be undone. To stop it for a while, block it instead."
      >
        <form onSubmit={(event) => void submit(event)}>
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            <Notice tone={target.keys > 0 ? "warn" : "info"}>
              {target.keys > 0
                ? `${keys} for good: every application that has one stops at its next call. `
                : "No key belongs to it. "}
              {target.members > 0 && "Its members stay people here, without this team."}
            </Notice>
            <Field label={`Type ${target.name} to confirm`}>
              {(control) => <Input {...control} {...form.bind("typed")} autoComplete="off" />}
            </Field>
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button
              type="submit"
              variant="danger"
              disabled={form.values["typed"]?.trim() !== target.name || form.busy}
            >
              {form.busy ? "Deleting…" : "Delete for good"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

async function setBlocked(api: Api, target: TeamTarget, blocked: boolean, done: () => void): Promise<void> {
  const answer = await api("POST", blocked ? "/team/block" : "/team/unblock", { team_id: target.id });
  if (!answer.ok) return tellFailure(`“${target.name}” was not changed`, answer);
  done();
  toast(blocked ? `“${target.name}” is blocked` : `“${target.name}” is unblocked`, {
    description: blocked ? "Calls with its keys are refused." : "Its keys work again.",
    duration: 10_000,
    action: { label: "Undo", onClick: () => void setBlocked(api, target, !blocked, done) },
  });
}
