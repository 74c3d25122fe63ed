"use client";
/** What can be done to a person: role, link, sessions, block with undo, delete in stages. */
import { Ban, CirclePlay, EllipsisVertical, Link2, LogOut, Pencil, Trash2, UserCog } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { type Api, type ApiFailure, useApi } from "../shell/api.tsx";
import { say, sayBad } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "../ui/menu.tsx";
import type { HangingKey, Heir } from "./delete-user.tsx";
import type { MadeLink } from "./link-dialog.tsx";
import type { PersonTarget } from "./target.ts";

const dialogs = () => import("./user-dialogs.tsx");
const RoleDialog = dynamic(() => dialogs().then((module) => module.RoleDialog), { ssr: false });
const SessionsDialog = dynamic(() => dialogs().then((module) => module.SessionsDialog), { ssr: false });
const DeleteUserDialog = dynamic(
  () => import("./delete-user.tsx").then((module) => module.DeleteUserDialog),
  {
    ssr: false,
  },
);
const EditServiceAccount = dynamic(
  () => import("./service-account-form.tsx").then((module) => module.EditServiceAccount),
  { ssr: false },
);
const LinkDialog = dynamic(() => import("./link-dialog.tsx").then((module) => module.LinkDialog), {
  ssr: false,
});

export interface UserActionsProps {
  readonly target: PersonTarget;
  readonly keys: readonly HangingKey[];
  /** Who may be given this person's keys. */
  readonly heirs: readonly Heir[];
  /** Who may answer for a service account. */
  readonly owners: readonly Heir[];
  readonly roleNames: Readonly<Record<string, string>>;
}

export function UserActions({ target, keys, heirs, owners, roleNames }: UserActionsProps) {
  const api = useApi();
  const router = useRouter();
  const [dialog, setDialog] = useState<"role" | "sessions" | "delete" | "edit" | null>(null);
  const [link, setLink] = useState<MadeLink | null>(null);
  const close = () => setDialog(null);
  const Toggle = target.blocked ? CirclePlay : Ban;
  const makeLink = async () => {
    const answer = await api("POST", "/console/invitations/renew", { user_id: target.id });
    if (!answer.ok) return tellFailure("No link was made", answer);
    setLink({ email: String(answer.data["user_email"]), path: String(answer.data["path"]) });
    router.refresh();
  };
  return (
    <>
      {target.service && (
        <Button onClick={() => setDialog("edit")}>
          <Pencil aria-hidden /> Edit
        </Button>
      )}
      {!target.self && !target.service && (
        <Button onClick={() => setDialog("role")}>
          <UserCog aria-hidden /> Change role
        </Button>
      )}
      <Menu>
        <MenuTrigger asChild>
          <Button size="icon">
            <EllipsisVertical aria-hidden />
            <span className="sr-only">More actions for {target.name}</span>
          </Button>
        </MenuTrigger>
        <MenuContent>
          {target.email && (
            <MenuItem onSelect={() => void makeLink()}>
              <Link2 aria-hidden /> {target.hasAccess ? "New password link…" : "Invitation link…"}
            </MenuItem>
          )}
          {target.service ? (
            <MenuItem onSelect={() => setDialog("role")}>
              <UserCog aria-hidden /> Change role…
            </MenuItem>
          ) : (
            <MenuItem onSelect={() => setDialog("sessions")}>
              <LogOut aria-hidden /> End all sessions…
            </MenuItem>
          )}
          {!target.self && (
            <>
              <MenuItem
                onSelect={() => void setBlocked(api, target, !target.blocked, () => router.refresh())}
              >
                <Toggle aria-hidden /> {target.blocked ? "Unblock" : "Block"}
              </MenuItem>
              <MenuSeparator />
              <MenuItem danger onSelect={() => setDialog("delete")}>
                <Trash2 aria-hidden /> Delete…
              </MenuItem>
            </>
          )}
        </MenuContent>
      </Menu>
      {dialog === "role" && <RoleDialog target={target} roleNames={roleNames} onClose={close} />}
      {dialog === "edit" && <EditServiceAccount target={target} owners={owners} onClose={close} />}
      {dialog === "sessions" && <SessionsDialog target={target} onClose={close} />}
      {dialog === "delete" && <DeleteUserDialog target={target} keys={keys} heirs={heirs} onClose={close} />}
      {link && <LinkDialog link={link} onClose={() => setLink(null)} />}
    </>
  );
}

/** Undone as easily as done, so it needs no question. */
async function setBlocked(api: Api, target: PersonTarget, blocked: boolean, done: () => void): Promise<void> {
  const answer = await api("POST", "/user/update", { user_id: target.id, blocked });
  if (!answer.ok) return tellFailure(`${target.name} was not changed`, answer);
  done();
  say(blocked ? `${target.name} is blocked` : `${target.name} is unblocked`, {
    description: described(target, blocked),
    duration: 10_000,
    action: { label: "Undo", onClick: () => void setBlocked(api, target, !blocked, done) },
  });
}

function described({ service }: PersonTarget, blocked: boolean): string {
  if (service) return blocked ? "Calls with its keys are refused." : "Its keys work again.";
  return blocked
    ? "Signed out, and calls with their keys are refused."
    : "Keys work again, and signing in does.";
}

/** A failure stays until it is closed, with what to quote. */
export function tellFailure(title: string, { message, requestId }: ApiFailure): void {
  sayBad(title, {
    description: requestId ? `${message} (${requestId})` : message,
    duration: Number.POSITIVE_INFINITY,
  });
}
