"use client";
/** Changes a key's limits and budget. Only what was changed is sent, so that two people's changes do not undo each other. */
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { updateSchema } from "#lib/keys/schema.ts";
import { Field } from "../form/field.tsx";
import { useForm, type Values } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Input } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import { ChangedMeanwhile, conflictOf } from "./changed-meanwhile.tsx";
import type { ActionKey } from "./key-actions.tsx";
import { LimitFields } from "./limit-fields.tsx";
import { ModelPicker } from "./model-picker.tsx";

export function EditDialog({
  target,
  known,
  onClose,
}: {
  target: ActionKey;
  known: readonly string[];
  onClose: () => void;
}) {
  const router = useRouter();
  const form = useForm({ ...target.fields, key_alias: target.name, models: "" });
  const [models, setModels] = useState(target.models);
  const conflict = conflictOf(form.refusal);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const changes = changesOf(form.values, { ...target.fields, key_alias: target.name });
    if (models.join() !== target.models.join()) changes["models"] = models;
    if (
      Object.keys(changes).length > 0 &&
      !(await form.send(
        "/key/update",
        { key: target.id, ...changes, if_updated_at: conflict?.updatedAt ?? target.updatedAt },
        updateSchema,
      ))
    )
      return;
    if (Object.keys(changes).length > 0)
      toast(`“${target.name}” is changed`, { description: "It holds from the next call on." });
    onClose();
    router.refresh();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={`Edit “${target.name}”`} description="Changes hold from the next call on.">
        <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-1 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {conflict ? (
              <ChangedMeanwhile conflict={conflict} />
            ) : (
              form.failure && (
                <Notice tone="bad" live>
                  {form.failure}
                </Notice>
              )
            )}
            <Field label="Name" error={form.errors["key_alias"]}>
              {(control) => <Input {...control} {...form.bind("key_alias")} required autoComplete="off" />}
            </Field>
            <ModelPicker
              known={[...new Set([...known, ...target.models])]}
              chosen={models}
              onChange={setModels}
              error={form.errors["models"]}
            />
            <LimitFields form={form} />
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="primary" disabled={form.busy}>
              {form.busy ? "Saving…" : conflict ? "Save mine all the same" : "Save"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

/** Fields that differ; an emptied one is null, which takes the limit away. */
function changesOf(values: Values, before: Values): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const [name, was] of Object.entries(before)) {
    const now = values[name]?.trim() ?? "";
    if (now === was) continue;
    const whole = /^\d+$/.test(now) && name !== "max_budget" && name !== "key_alias";
    changes[name] = now === "" ? null : whole ? Number(now) : now;
  }
  return changes;
}
