"use client";
/** What can be done to a key: disable with undo, rotate with grace, revoke in stages. */
import { Ban, CirclePlay, EllipsisVertical, Pencil, RefreshCw, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { type Api, useApi } from "../shell/api.tsx";
import { say, sayBad } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "../ui/menu.tsx";

const EditDialog = dynamic(() => import("./edit-dialog.tsx").then((module) => module.EditDialog), {
  ssr: false,
});
const RotateDialog = dynamic(() => import("./rotate-dialog.tsx").then((module) => module.RotateDialog), {
  ssr: false,
});
const DeleteDialog = dynamic(
  () => import("../form/delete-dialog.tsx").then((module) => module.DeleteDialog),
  { ssr: false },
);

export interface ActionKey {
  readonly id: string;
  readonly name: string;
  readonly blocked: boolean;
  /** When it last changed, as ISO text. */
  readonly updatedAt: string;
  /** `5 min ago`, or null when no call has used it. */
  readonly lastUsed: string | null;
  readonly models: readonly string[];
  /** Limits as the form has them: empty for none. */
  readonly fields: Readonly<
    Record<
      | "max_budget"
      | "budget_duration"
      | "rpm_limit"
      | "tpm_limit"
      | "max_parallel_requests"
      | "auto_rotate"
      | "rotation_interval",
      string
    >
  >;
  readonly expires: string | null;
}

export interface KeyActionsProps {
  readonly target: ActionKey;
  readonly origin: string;
  readonly model: string;
  /** Models that a key can be given. */
  readonly known: readonly string[];
  /** Buttons in a row instead of a menu. */
  readonly spread?: boolean;
}

export function KeyActions({ target, origin, model, known, spread = false }: KeyActionsProps) {
  const api = useApi();
  const router = useRouter();
  const [dialog, setDialog] = useState<"edit" | "rotate" | "revoke" | null>(null);
  const toggle = () => void setBlocked(api, target, !target.blocked, () => router.refresh());
  const Toggle = target.blocked ? CirclePlay : Ban;
  const word = target.blocked ? "Enable" : "Disable";
  return (
    <>
      {spread ? (
        <>
          <Button onClick={() => setDialog("edit")}>
            <Pencil aria-hidden /> Edit
          </Button>
          <Button onClick={toggle}>
            <Toggle aria-hidden /> {word}
          </Button>
          <Button onClick={() => setDialog("rotate")}>
            <RefreshCw aria-hidden /> Rotate
          </Button>
          <Button className="text-bad" onClick={() => setDialog("revoke")}>
            <Trash2 aria-hidden /> Revoke
          </Button>
        </>
      ) : (
        <Menu>
          <MenuTrigger asChild>
            <Button variant="ghost" size="icon-sm">
              <EllipsisVertical aria-hidden />
              <span className="sr-only">Actions for {target.name}</span>
            </Button>
          </MenuTrigger>
          <MenuContent>
            <MenuItem onSelect={() => setDialog("edit")}>
              <Pencil aria-hidden /> Edit…
            </MenuItem>
            <MenuItem onSelect={() => setDialog("rotate")}>
              <RefreshCw aria-hidden /> Rotate…
            </MenuItem>
            <MenuItem onSelect={toggle}>
              <Toggle aria-hidden /> {word}
            </MenuItem>
            <MenuSeparator />
            <MenuItem danger onSelect={() => setDialog("revoke")}>
              <Trash2 aria-hidden /> Revoke…
            </MenuItem>
          </MenuContent>
        </Menu>
      )}
      {dialog === "edit" && <EditDialog target={target} known={known} onClose={() => setDialog(null)} />}
      {dialog === "rotate" && (
        <RotateDialog target={target} origin={origin} model={model} onClose={() => setDialog(null)} />
      )}
      {dialog === "revoke" && (
        <DeleteDialog
          title={`Revoke “${target.name}”`}
          description="This cannot be undone. To stop it for a while, disable it instead."
          warning={
            target.lastUsed
              ? `Last used ${target.lastUsed}. Every application that has it stops at its next call.`
              : "No call has used this key."
          }
          inUse={target.lastUsed !== null}
          phrase={target.name}
          action="Revoke for good"
          busy="Revoking…"
          path="/key/delete"
          body={{ keys: [target.id] }}
          done={`“${target.name}” is revoked`}
          doneNote="Its next call is refused. What it spent stays on record."
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}

/** Done at once and undone as easily: the only change of a key that needs no question. */
async function setBlocked(api: Api, target: ActionKey, blocked: boolean, done: () => void): Promise<void> {
  const answer = await api("POST", blocked ? "/key/block" : "/key/unblock", { key: target.id });
  if (!answer.ok) {
    const quote = answer.requestId ? ` (${answer.requestId})` : "";
    sayBad(`“${target.name}” was not changed`, {
      description: `${answer.message}${quote}`,
      duration: Number.POSITIVE_INFINITY,
    });
    return;
  }
  done();
  say(blocked ? `“${target.name}” is disabled` : `“${target.name}” is enabled`, {
    description: blocked ? "Its next call is refused." : "Its next call is let in.",
    duration: 10_000,
    action: { label: "Undo", onClick: () => void setBlocked(api, target, !blocked, done) },
  });
}
