"use client";
/** Whether a key's secret is to be renewed on a schedule, and how often; the same for a new key and for a change. */
import { SelectField, TextField } from "../form/fields.tsx";
import type { Form, Values } from "../form/use-form.ts";

const USUAL = "90d";

export function RotationFields({ form }: { form: Form }) {
  const on = form.values["auto_rotate"] === "on";
  return (
    <fieldset className="grid gap-4 sm:grid-cols-2">
      <legend className="sr-only">Rotation</legend>
      <SelectField
        form={form}
        name="auto_rotate"
        label="Rotation"
        hint={
          on
            ? "On its day the owner is asked to take a new secret; the old one goes on for a while."
            : undefined
        }
        choices={[
          { value: "", label: "only by hand" },
          { value: "on", label: "on a schedule" },
        ]}
      />
      <TextField
        form={form}
        name="rotation_interval"
        label="New secret every"
        disabled={!on}
        hint={on ? `Such as 30d or 12w. Empty: ${USUAL}.` : undefined}
        placeholder={USUAL}
      />
    </fieldset>
  );
}

/** What the key API is told; nothing when it is as before. @param before of a key that is there already */
export function rotationOf(values: Values, before: Values = {}): Record<string, unknown> {
  const on = values["auto_rotate"] === "on";
  const was = before["auto_rotate"] === "on";
  const interval = values["rotation_interval"]?.trim() ?? "";
  const changes: Record<string, unknown> = {};
  if (on !== was) changes["auto_rotate"] = on;
  if (on && interval !== (before["rotation_interval"] ?? ""))
    changes["rotation_interval"] = interval === "" ? null : interval;
  return changes;
}
