"use client";
/** A button that sends one change with a reason: lift a freeze, approve, close. */
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Textarea } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";

export function OnePress({
  label,
  title,
  description,
  path,
  body = {},
  reasonField,
  done,
}: {
  label: string;
  title: string;
  description: string;
  path: string;
  body?: Readonly<Record<string, unknown>>;
  /** The body's field for what is typed; null: nothing is asked. */
  reasonField: string | null;
  /** Said when it is done. */
  done: string;
}) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const form = useForm({ reason: "" }, reasonField === null ? {} : { [reasonField]: "reason" });
  const reason = form.values["reason"] ?? "";
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const sent = reasonField === null ? { ...body } : { ...body, [reasonField]: reason };
    if (!(await form.send(path, sent))) return;
    say(done);
    setOpen(false);
    form.reset();
    router.refresh();
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{label}</Button>
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent title={title} description={description}>
          <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-col">
            <DialogBody className="flex flex-col gap-4">
              {form.failure && (
                <Notice tone="bad" live>
                  {form.failure}
                </Notice>
              )}
              {reasonField !== null && (
                <Field label="Reason" hint="Stands in the audit log." error={form.errors["reason"]}>
                  {(control) => <Textarea {...control} {...form.bind("reason")} rows={2} />}
                </Field>
              )}
            </DialogBody>
            <DialogFooter>
              <DialogClose asChild>
                <Button variant="ghost">Cancel</Button>
              </DialogClose>
              <Button
                type="submit"
                variant="primary"
                disabled={form.busy || (reasonField !== null && reason.trim().length < 3)}
              >
                {label}
              </Button>
            </DialogFooter>
          </form>
        </DialogContent>
      </Dialog>
    </>
  );
}
