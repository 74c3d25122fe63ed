"use client";
/** Changes a key's limits and budget. Only what was changed is sent, so that two people's changes do not undo each other. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm, type Values } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { ChangedMeanwhile, conflictOf } from "./changed-meanwhile.tsx";
import type { ActionKey } from "./key-actions.tsx";
import { LimitFields } from "./limit-fields.tsx";
import { ModelPicker } from "./model-picker.tsx";
import { RotationFields, rotationOf } from "./rotation-fields.tsx";

/** Comes with the first sending: no page needs it to be shown. */
const updateSchema = () => import("#lib/keys/schema.ts").then((module) => module.updateSchema);

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
  const submit = async () => {
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
      say(`“${target.name}” is changed`, { description: "It holds from the next call on." });
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={`Edit “${target.name}”`}
      description="Changes hold from the next call on."
      // What the other one changed is told in place of the plain refusal.
      form={conflict ? { failure: null, busy: form.busy } : form}
      action={conflict ? "Save mine all the same" : "Save"}
      busy="Saving…"
      onSubmit={submit}
      onClose={onClose}
    >
      {conflict && <ChangedMeanwhile conflict={conflict} />}
      <TextField form={form} name="key_alias" label="Name" required />
      <ModelPicker
        known={[...new Set([...known, ...target.models])]}
        chosen={models}
        onChange={setModels}
        error={form.errors["models"]}
      />
      <LimitFields form={form} />
      <RotationFields form={form} />
    </FormDialog>
  );
}

/** Two fields that belong together, told apart from the others. */
const ROTATION: readonly string[] = ["auto_rotate", "rotation_interval"];

/** Fields that differ; an emptied one is null, which takes the limit away. */
function changesOf(values: Values, before: Values): Record<string, unknown> {
  const changes = rotationOf(values, before);
  for (const [name, was] of Object.entries(before)) {
    if (ROTATION.includes(name)) continue;
    const now = values[name]?.trim() ?? "";
    if (now === was) continue;
    const whole = /^\d+$/.test(now) && name !== "max_budget" && name !== "key_alias";
    changes[name] = now === "" ? null : whole ? Number(now) : now;
  }
  return changes;
}
