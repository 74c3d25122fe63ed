"use client";
/** What can be done to alert channels: make, test, edit, pause and delete them. */
import { BellRing, EllipsisVertical, Pause, PencilLine, Play, Plus, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useApi } from "../shell/api.tsx";
import { say, sayBad } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "../ui/menu.tsx";
import type { ChannelTarget } from "./channel-sheet.tsx";

const ChannelSheet = dynamic(() => import("./channel-sheet.tsx").then((module) => module.ChannelSheet), {
  ssr: false,
});

const DeleteDialog = dynamic(
  () => import("../form/delete-dialog.tsx").then((module) => module.DeleteDialog),
  { ssr: false },
);

interface Surroundings {
  readonly timezone: string;
  readonly mail: boolean;
}

export function NewChannel(surroundings: Surroundings) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        <Plus aria-hidden /> New channel
      </Button>
      {open && <ChannelSheet channel={null} {...surroundings} onClose={() => setOpen(false)} />}
    </>
  );
}

export function ChannelActions({ channel, ...surroundings }: Surroundings & { channel: ChannelTarget }) {
  const [step, setStep] = useState<"edit" | "delete" | null>(null);
  const api = useApi();
  const router = useRouter();
  const close = () => setStep(null);
  const send = async (path: string, body: Record<string, unknown>, done: string) => {
    const answer = await api("POST", path, body);
    if (answer.ok) say(done);
    else sayBad(answer.message);
    router.refresh();
  };
  const test = async () => {
    const answer = await api("POST", "/alerts/channels/test", { id: channel.id });
    if (!answer.ok) sayBad(answer.message);
    else if (answer.data["delivered"] === true) say(`“${channel.name}” has the test`);
    else sayBad("The test was not delivered", { description: String(answer.data["reason"]) });
    router.refresh();
  };
  const toggle = () =>
    send(
      "/alerts/channels/update",
      { id: channel.id, enabled: !channel.enabled },
      channel.enabled ? `“${channel.name}” is paused` : `“${channel.name}” gets alerts again`,
    );
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button variant="ghost" size="icon-sm">
            <EllipsisVertical aria-hidden />
            <span className="sr-only">Actions for channel {channel.name}</span>
          </Button>
        </MenuTrigger>
        <MenuContent>
          <MenuItem onSelect={() => void test()}>
            <BellRing aria-hidden /> Send test
          </MenuItem>
          <MenuItem onSelect={() => setStep("edit")}>
            <PencilLine aria-hidden /> Edit…
          </MenuItem>
          <MenuItem onSelect={() => void toggle()}>
            {channel.enabled ? <Pause aria-hidden /> : <Play aria-hidden />}
            {channel.enabled ? "Pause" : "Resume"}
          </MenuItem>
          <MenuSeparator />
          <MenuItem danger onSelect={() => setStep("delete")}>
            <Trash2 aria-hidden /> Delete…
          </MenuItem>
        </MenuContent>
      </Menu>
      {step === "edit" && <ChannelSheet channel={channel} {...surroundings} onClose={close} />}
      {step === "delete" && (
        <DeleteDialog
          title={`Delete channel “${channel.name}”`}
          description="This cannot be undone. To stop it for a while, pause it instead."
          warning="Nothing is sent to it any more, and what still waits for it is not sent. Its address is gone; its alerts stay in the list."
          inUse
          path="/alerts/channels/delete"
          body={{ id: channel.id }}
          done={`“${channel.name}” is deleted`}
          onClose={close}
        />
      )}
    </>
  );
}
