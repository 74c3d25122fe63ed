"use client";
/** What ends a request early, or gives it more time. */
import { CalendarPlus, Ellipsis, Undo2, XCircle } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { CLOSE_OUTCOMES } from "#lib/privacy/requests/names.ts";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Select, Textarea } from "../ui/input.tsx";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "../ui/menu.tsx";
import { Notice } from "../ui/notice.tsx";
import { OUTCOME_WORDS } from "./words.ts";

type Act = "extend" | "close" | "withdraw";

const ACTS = {
  extend: {
    title: "Extend by two months",
    button: "Extend",
    hint: "Told to the person: why a month is not enough.",
  },
  close: { title: "Close without doing anything", button: "Close it", hint: "A refusal needs one." },
  withdraw: { title: "The person takes it back", button: "Withdraw", hint: "What they said." },
} as const;

export function RequestMenu({ id, extendable }: { id: string; extendable: boolean }) {
  const [act, setAct] = useState<Act | null>(null);
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button size="icon">
            <Ellipsis aria-hidden />
            <span className="sr-only">More about this request</span>
          </Button>
        </MenuTrigger>
        <MenuContent>
          {extendable && (
            <MenuItem onSelect={() => setAct("extend")}>
              <CalendarPlus aria-hidden /> Extend…
            </MenuItem>
          )}
          <MenuItem onSelect={() => setAct("withdraw")}>
            <Undo2 aria-hidden /> Withdrawn…
          </MenuItem>
          <MenuItem onSelect={() => setAct("close")}>
            <XCircle aria-hidden /> Close…
          </MenuItem>
        </MenuContent>
      </Menu>
      {act && <ActDialog id={id} act={act} onClose={() => setAct(null)} />}
    </>
  );
}

function ActDialog({ act, id, onClose }: { act: Act; id: string; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({ outcome: "no_data_held", reason: "" });
  const { outcome = "", reason = "" } = form.values;
  const needed = act === "extend" || (act === "close" && outcome === "refused");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = act === "close" ? { outcome, reason: reason.trim() } : { reason: reason.trim() };
    if (!(await form.send(`/privacy/requests/${id}/${act}`, body))) return;
    onClose();
    router.refresh();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={ACTS[act].title}>
        <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-1 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            {act === "close" && (
              <Field label="Why" error={form.errors["outcome"]}>
                {(control) => (
                  <Select {...control} {...form.bind("outcome")}>
                    {CLOSE_OUTCOMES.map((one) => (
                      <option key={one} value={one}>
                        {OUTCOME_WORDS[one]}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            )}
            <Field label="Reason" optional={!needed} hint={ACTS[act].hint} error={form.errors["reason"]}>
              {(control) => (
                <Textarea {...control} {...form.bind("reason")} required={needed} maxLength={2000} />
              )}
            </Field>
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="primary" disabled={form.busy || (needed && reason.trim() === "")}>
              {ACTS[act].button}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
