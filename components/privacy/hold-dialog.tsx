"use client";
/** The dialog that places a hold: first what and why, then what it will do, then the press that does it. */
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Input, Select, Textarea } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import { HOLD_WORDS } from "./words.ts";

/** Comes with the first sending. */
const placeHoldSchema = () =>
  import("#lib/privacy/requests/schema.ts").then((module) => module.placeHoldSchema);

export function HoldDialog({
  latest,
  onClose,
  today,
}: {
  today: string;
  latest: string;
  onClose: () => void;
}) {
  return (
    <Dialog defaultOpen onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title="Place a hold"
        description="In force at once, on every instance, until it is lifted."
      >
        <PlaceForm today={today} latest={latest} onDone={onClose} />
      </DialogContent>
    </Dialog>
  );
}

function PlaceForm({ latest, onDone, today }: { today: string; latest: string; onDone: () => void }) {
  const router = useRouter();
  const form = useForm(
    { kind: "hold", subject: "", who: "", until: latest, reason: "" },
    { subject_kind: "who" },
  );
  const [checked, setChecked] = useState(false);
  const { reason = "", subject = "", until = "", who = "" } = form.values;
  const kind = form.values["kind"] === "restriction" ? "restriction" : "hold";
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!checked) return setChecked(true);
    const body = {
      kind,
      subject: subject.trim(),
      ...(who === "" ? {} : { subject_kind: who }),
      // The last day counts whole, but none may be further away than the latest there is.
      ...(kind === "restriction" || until === latest ? {} : { until: `${until}T23:59:59Z` }),
      reason: reason.trim(),
    };
    if (!(await form.send("/privacy/holds", body, placeHoldSchema))) return setChecked(false);
    say(`${HOLD_WORDS[kind].name} placed`);
    onDone();
    router.refresh();
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-1 flex-col">
      <DialogBody className="flex flex-col gap-4">
        {form.failure && (
          <Notice tone="bad" live>
            {form.failure}
          </Notice>
        )}
        {checked ? (
          <Notice tone="warn" live>
            <strong>{HOLD_WORDS[kind].name}</strong> on{" "}
            <strong className="break-all">{subject.trim()}</strong>: {HOLD_WORDS[kind].what}
            {kind === "hold" ? ` To be reviewed by ${until}.` : ""} Your name and the reason go into the audit
            log.
          </Notice>
        ) : (
          <>
            <Field label="What" hint={HOLD_WORDS[kind].what} error={form.errors["kind"]}>
              {(control) => (
                <Select {...control} {...form.bind("kind")}>
                  <option value="hold">{HOLD_WORDS.hold.name}</option>
                  <option value="restriction">{HOLD_WORDS.restriction.name}</option>
                </Select>
              )}
            </Field>
            <Field
              label="On whom"
              hint="A user's id or whole e-mail address, or the id that an application sends for an end user."
              error={form.errors["subject"]}
            >
              {(control) => (
                <Input
                  {...control}
                  {...form.bind("subject")}
                  required
                  autoComplete="off"
                  spellCheck={false}
                />
              )}
            </Field>
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label="They are" error={form.errors["who"]}>
                {(control) => (
                  <Select {...control} {...form.bind("who")}>
                    <option value="">whoever has that name</option>
                    <option value="user">a user of this gateway</option>
                    <option value="end_user">an end user</option>
                  </Select>
                )}
              </Field>
              {kind === "hold" && (
                <Field label="Until" hint="To be reviewed by then." error={form.errors["until"]}>
                  {(control) => (
                    <Input
                      {...control}
                      {...form.bind("until")}
                      type="date"
                      min={today}
                      max={latest}
                      required
                    />
                  )}
                </Field>
              )}
            </div>
            <Field label="Reason" hint="Such as the case's number." error={form.errors["reason"]}>
              {(control) => (
                <Textarea {...control} {...form.bind("reason")} required maxLength={2000} rows={2} />
              )}
            </Field>
          </>
        )}
      </DialogBody>
      <DialogFooter>
        {checked ? (
          <Button variant="ghost" onClick={() => setChecked(false)}>
            Back
          </Button>
        ) : (
          <DialogClose asChild>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
        )}
        <Button
          type="submit"
          variant="primary"
          disabled={form.busy || subject.trim() === "" || reason.trim() === ""}
        >
          {checked ? "Place it" : "Check"}
        </Button>
      </DialogFooter>
    </form>
  );
}
