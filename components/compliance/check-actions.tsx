"use client";
/** What can be done about a check: look again, mend it, vouch for it, set it aside, and take either back. */
import { CirclePause, EllipsisVertical, RefreshCw, Undo2, UserCheck, Wrench } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { tellFailure } from "../people/user-actions.tsx";
import { useApi } from "../shell/api.tsx";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/class-names.ts";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "../ui/menu.tsx";
import { statusWord } from "./status.tsx";
import type { CheckTarget } from "./target.ts";

const dialogs = () => import("./word-dialogs.tsx");
const AttestDialog = dynamic(() => dialogs().then((module) => module.AttestDialog), { ssr: false });
const WaiveDialog = dynamic(() => dialogs().then((module) => module.WaiveDialog), { ssr: false });
const FixDialog = dynamic(() => import("./fix-dialog.tsx").then((module) => module.FixDialog), {
  ssr: false,
});

/** @param spread buttons side by side, where there is room */
export function CheckActions({ target, spread = false }: { target: CheckTarget; spread?: boolean }) {
  const api = useApi();
  const router = useRouter();
  const [dialog, setDialog] = useState<"attest" | "waive" | "fix" | null>(null);
  const [busy, setBusy] = useState(false);
  const close = () => setDialog(null);
  const recheck = async () => {
    setBusy(true);
    const answer = await api("POST", "/compliance/run", { checks: [target.id] });
    setBusy(false);
    if (!answer.ok) return tellFailure(`${target.title} was not looked at`, answer);
    say(told(target, answer.data));
    router.refresh();
  };
  const takeBack = async (id: string) => {
    const answer = await api("POST", "/compliance/withdraw", { id });
    if (!answer.ok) return tellFailure("Nothing was taken back", answer);
    say(`Taken back: ${target.title}`);
    router.refresh();
  };
  const mends = target.status !== "passed" && target.status !== "not_applicable";
  return (
    <div className="relative z-10 flex items-center justify-end gap-1.5">
      {spread && (
        <Button onClick={() => void recheck()} disabled={busy}>
          <RefreshCw aria-hidden className={cn(busy && "animate-spin")} /> Recheck
        </Button>
      )}
      {spread && target.ask && (
        <Button variant={mends ? "primary" : "secondary"} onClick={() => setDialog("attest")}>
          <UserCheck aria-hidden /> Attest
        </Button>
      )}
      <Menu>
        <MenuTrigger asChild>
          <Button size="icon-sm" variant={spread ? "secondary" : "ghost"} className={cn(spread && "size-8")}>
            <EllipsisVertical aria-hidden />
            <span className="sr-only">Actions for {target.title}</span>
          </Button>
        </MenuTrigger>
        <MenuContent>
          {!spread && (
            <MenuItem onSelect={() => void recheck()} disabled={busy}>
              <RefreshCw aria-hidden /> Recheck
            </MenuItem>
          )}
          <MenuItem onSelect={() => setDialog("fix")}>
            <Wrench aria-hidden /> Fix…
          </MenuItem>
          {target.ask && !spread && (
            <MenuItem onSelect={() => setDialog("attest")}>
              <UserCheck aria-hidden /> Attest…
            </MenuItem>
          )}
          {target.attestation && (
            <MenuItem onSelect={() => void takeBack(target.attestation ?? "")}>
              <Undo2 aria-hidden /> Take the attestation back
            </MenuItem>
          )}
          {target.waiver ? (
            <MenuItem onSelect={() => void takeBack(target.waiver ?? "")}>
              <Undo2 aria-hidden /> End the waiver
            </MenuItem>
          ) : (
            <MenuItem onSelect={() => setDialog("waive")}>
              <CirclePause aria-hidden /> Waive…
            </MenuItem>
          )}
        </MenuContent>
      </Menu>
      {dialog === "attest" && <AttestDialog target={target} onClose={close} />}
      {dialog === "waive" && <WaiveDialog target={target} onClose={close} />}
      {dialog === "fix" && <FixDialog target={target} onClose={close} />}
    </div>
  );
}

/** What a run answered about this check. */
export function told(target: CheckTarget, data: Record<string, unknown>): string {
  if (data["job_id"]) return `${target.title}: still under way, see it here in a moment`;
  const checks = Array.isArray(data["checks"]) ? data["checks"] : [];
  const own: { status?: string } | undefined = checks.find((one: { id?: string }) => one.id === target.id);
  return `${target.title}: ${statusWord(own?.status ?? target.status).toLowerCase()}`;
}
