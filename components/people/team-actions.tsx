"use client";
/** What can be done to a team: make, edit, block with undo, delete in stages. */
import { Ban, CirclePlay, EllipsisVertical, PencilLine, Plus, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { type Api, useApi } from "../shell/api.tsx";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "../ui/menu.tsx";
import type { TeamTarget } from "./target.ts";
import type { TeamChoices } from "./team-form.tsx";
import { tellFailure } from "./user-actions.tsx";

const TeamForm = dynamic(() => import("./team-form.tsx").then((module) => module.TeamForm), { ssr: false });

const DeleteDialog = dynamic(
  () => import("../form/delete-dialog.tsx").then((module) => module.DeleteDialog),
  { ssr: false },
);

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
      {dialog === "delete" && (
        <DeleteDialog
          title={`Delete team “${target.name}”`}
          description="This cannot be undone. To stop it for a while, block it instead."
          warning={whatGoesWith(target)}
          inUse={target.keys > 0}
          phrase={target.name}
          path="/team/delete"
          body={{ team_ids: [target.id] }}
          done={`Team “${target.name}” is deleted`}
          doneNote="What it spent stays on record."
          leadsTo="/ui/people/teams"
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}

function whatGoesWith({ keys, members }: TeamTarget): string {
  const revoked = keys === 1 ? "Its key is revoked" : `Its ${keys} keys are revoked`;
  return [
    keys > 0
      ? `${revoked} for good: every application that has one stops at its next call.`
      : "No key belongs to it.",
    ...(members > 0 ? ["Its members stay people here, without this team."] : []),
  ].join(" ");
}

async function setBlocked(api: Api, target: TeamTarget, blocked: boolean, done: () => void): Promise<void> {
  const answer = await api("POST", blocked ? "/team/block" : "/team/unblock", { team_id: target.id });
  if (!answer.ok) return tellFailure(`“${target.name}” was not changed`, answer);
  done();
  say(blocked ? `“${target.name}” is blocked` : `“${target.name}” is unblocked`, {
    description: blocked ? "Calls with its keys are refused." : "Its keys work again.",
    duration: 10_000,
    action: { label: "Undo", onClick: () => void setBlocked(api, target, !blocked, done) },
  });
}
