"use client";
/** A person's word about a check: an attestation with its document and its end, or a waiver with its reason. */
import { useRouter } from "next/navigation";
import type { FormEvent, ReactNode } from "react";
import { Field } from "../form/field.tsx";
import { type Form, useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Input, Textarea } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import type { CheckTarget } from "./target.ts";

/** Come with the first sending: no page needs them to be shown. */
const attestSchema = () => import("#lib/compliance/schema.ts").then((module) => module.attestSchema);
const waiveSchema = () => import("#lib/compliance/schema.ts").then((module) => module.waiveSchema);

interface Props {
  readonly target: CheckTarget;
  readonly onClose: () => void;
}

const DAYS = "valid_days";

export function AttestDialog({ target, onClose }: Props) {
  const most = target.ask?.days ?? 90;
  const form = useForm({ statement: "", document: "", [DAYS]: String(most) });
  const submit = () => {
    const document = form.values["document"]?.trim() ?? "";
    const body = {
      check: target.id,
      statement: form.values["statement"] ?? "",
      ...(document === "" ? {} : { document }),
      valid_days: Number(form.values[DAYS]),
    };
    return form.send("/compliance/attest", body, attestSchema);
  };
  return (
    <WordDialog
      title={`Attest: ${target.title}`}
      description="Your name and the time are kept with it. It ends by itself."
      done={`Attested: ${target.title}`}
      action="Attest"
      form={form}
      submit={submit}
      onClose={onClose}
    >
      <Notice>{target.ask?.what}</Notice>
      <Field
        label="What you looked at"
        error={form.errors["statement"]}
        hint="In your own words: what, where and with which result."
      >
        {(control) => <Textarea {...control} {...form.bind("statement")} rows={3} />}
      </Field>
      <Field
        label="Document"
        optional={!target.ask?.document}
        error={form.errors["document"]}
        hint="Where the proof is: an address, or a file's name and hash."
      >
        {(control) => <Input {...control} {...form.bind("document")} />}
      </Field>
      <Days form={form} hint={`At most ${most} for this check.`} />
    </WordDialog>
  );
}

export function WaiveDialog({ target, onClose }: Props) {
  const form = useForm({ reason: "", [DAYS]: "30" });
  const submit = () => {
    const body = {
      check: target.id,
      reason: form.values["reason"] ?? "",
      valid_days: Number(form.values[DAYS]),
    };
    return form.send("/compliance/waive", body, waiveSchema);
  };
  return (
    <WordDialog
      title={`Waive: ${target.title}`}
      description="It is set aside, not passed: the score does not count it as kept."
      done={`Set aside: ${target.title}`}
      action="Waive"
      form={form}
      submit={submit}
      onClose={onClose}
    >
      <Field label="Reason" error={form.errors["reason"]} hint="Why it can wait, and what is done meanwhile.">
        {(control) => <Textarea {...control} {...form.bind("reason")} rows={3} />}
      </Field>
      <Days form={form} hint="At most 180; then it counts again." />
    </WordDialog>
  );
}

function Days({ form, hint }: { form: Form; hint: string }) {
  return (
    <Field label="Holds for so many days" error={form.errors[DAYS]} hint={hint}>
      {(control) => <Input {...control} {...form.bind(DAYS)} inputMode="numeric" className="max-w-28" />}
    </Field>
  );
}

function WordDialog({
  title,
  description,
  done,
  action,
  form,
  submit,
  onClose,
  children,
}: {
  title: string;
  description: string;
  done: string;
  action: string;
  form: Form;
  submit: () => Promise<Record<string, unknown> | null>;
  onClose: () => void;
  children: ReactNode;
}) {
  const router = useRouter();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await submit())) return;
    say(done);
    onClose();
    router.refresh();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={title} description={description}>
        <form onSubmit={(event) => void send(event)} noValidate>
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            {children}
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="primary" disabled={form.busy}>
              {form.busy ? "Saving…" : action}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
