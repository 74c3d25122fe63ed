"use client";
/** Adding a model, and what can be done to one: test it, change it, delete it in stages. */
import { EllipsisVertical, PencilLine, PlugZap, Plus, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { plural } from "../format.ts";
import { useApi } from "../shell/api.tsx";
import { sayBad, sayGood } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "../ui/menu.tsx";
import type { ModelChoices, ModelTarget } from "./target.ts";

const ModelForm = dynamic(() => import("./model-form.tsx").then((module) => module.ModelForm), {
  ssr: false,
});

const DeleteDialog = dynamic(
  () => import("../form/delete-dialog.tsx").then((module) => module.DeleteDialog),
  { ssr: false },
);

export function AddModel({ choices }: { choices: ModelChoices }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        <Plus aria-hidden /> Add model
      </Button>
      {open && <ModelForm choices={choices} onClose={() => setOpen(false)} />}
    </>
  );
}

export function ModelActions({
  target,
  choices,
  calls,
  last,
}: {
  target: ModelTarget;
  choices: ModelChoices;
  /** Of its name, in 24 hours. */
  calls: number;
  /** Nothing else has its name. */
  last: boolean;
}) {
  const api = useApi();
  const router = useRouter();
  const [dialog, setDialog] = useState<"edit" | "delete" | null>(null);
  const close = () => setDialog(null);
  const test = async () => {
    const answer = await api("POST", "/model/test", { id: target.id });
    if (!answer.ok) return void sayBad(`${target.name} was not tested`, { description: answer.message });
    const { message, ms, ok, status } = answer.data;
    const words = `${status === 0 ? "No answer" : `Status ${status}`} after ${ms} ms. ${message}`;
    if (ok === true) sayGood(`${target.name} answers`, { description: words });
    else
      sayBad(`${target.name} does not answer`, {
        description: words,
        duration: Number.POSITIVE_INFINITY,
      });
    router.refresh();
  };
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button variant="ghost" size="icon-sm">
            <EllipsisVertical aria-hidden />
            <span className="sr-only">
              Actions for {target.name} at {target.provider}
            </span>
          </Button>
        </MenuTrigger>
        <MenuContent>
          <MenuItem onSelect={() => void test()}>
            <PlugZap aria-hidden /> Test connection
          </MenuItem>
          {target.stored && (
            <>
              <MenuItem onSelect={() => setDialog("edit")}>
                <PencilLine aria-hidden /> Edit…
              </MenuItem>
              <MenuSeparator />
              <MenuItem danger onSelect={() => setDialog("delete")}>
                <Trash2 aria-hidden /> Delete…
              </MenuItem>
            </>
          )}
        </MenuContent>
      </Menu>
      {dialog === "edit" && <ModelForm target={target} choices={choices} onClose={close} />}
      {dialog === "delete" && (
        <DeleteDialog
          title={`Delete a deployment of “${target.name}”`}
          description="This cannot be undone: its credential goes with it."
          warning={
            last
              ? `Nothing else has this name: its callers get an error from the next call on. It had ${plural(calls, "call")} in 24 hours.`
              : `Others of this name go on answering. It had ${plural(calls, "call")} in 24 hours, with theirs.`
          }
          inUse={last}
          phrase={target.name}
          path="/model/delete"
          body={{ id: target.id }}
          done={`A deployment of “${target.name}” is deleted`}
          doneNote="What it cost stays on record."
          onClose={close}
        />
      )}
    </>
  );
}
