"use client";
/** Gives a key a new secret; the old one may go on for a while. */
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Select } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import type { NewKey } from "./create-key.tsx";
import type { ActionKey } from "./key-actions.tsx";
import { SecretDialog } from "./secret-dialog.tsx";

export function RotateDialog({
  target,
  origin,
  model,
  onClose,
}: {
  target: ActionKey;
  origin: string;
  model: string;
  onClose: () => void;
}) {
  const router = useRouter();
  const form = useForm({ grace_period: "24h" });
  const [made, setMade] = useState<NewKey | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const grace = form.values["grace_period"];
    const path = `/key/${encodeURIComponent(target.id)}/regenerate`;
    const data = await form.send(path, grace ? { grace_period: grace } : {});
    if (!data) return;
    setMade({ secret: String(data["key"]), name: target.name });
    router.refresh();
  };
  if (made)
    return (
      <SecretDialog title="The new secret" made={made} origin={origin} model={model} onClose={onClose} />
    );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={`Rotate “${target.name}”`}
        description="Name, owner, models, limits and what was spent stay. Only the secret is new."
      >
        <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            <Field
              label="The old secret goes on for"
              error={form.errors["grace_period"]}
              hint={
                target.expires
                  ? `Never longer than the key itself, which ends ${target.expires}.`
                  : "Time to bring the new secret to every place that has the old one."
              }
            >
              {(control) => (
                <Select {...control} {...form.bind("grace_period")}>
                  <option value="">It stops at once</option>
                  <option value="15m">15 minutes</option>
                  <option value="1h">1 hour</option>
                  <option value="24h">24 hours</option>
                  <option value="7d">7 days</option>
                </Select>
              )}
            </Field>
            {target.lastUsed && (
              <p className="text-soft text-sm">
                Last used <strong className="font-medium text-ink">{target.lastUsed}</strong>
                {form.values["grace_period"] === "" && ": whoever uses it now is refused at the next call"}.
              </p>
            )}
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="primary" disabled={form.busy}>
              {form.busy ? "Rotating…" : "Rotate"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
