"use client";
/** The form of a new key, checked by the key API's own schema. */
import { useState } from "react";
import { ceilingsOf } from "../form/budget-fields.tsx";
import { Field } from "../form/field.tsx";
import { TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { type Form, useForm } from "../form/use-form.ts";
import { Select } from "../ui/input.tsx";
import type { NewKey } from "./create-key.tsx";
import { LimitFields } from "./limit-fields.tsx";
import { ModelPicker } from "./model-picker.tsx";
import { RotationFields, rotationOf } from "./rotation-fields.tsx";

/** Comes with the first sending: no page needs it to be shown. */
const generateSchema = () => import("#lib/keys/schema.ts").then((module) => module.generateSchema);

export interface Choices {
  readonly users: readonly { readonly id: string; readonly name: string }[];
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  readonly models: readonly string[];
  /** The owner that is chosen first. */
  readonly self: string;
}

const FIELDS = {
  key_alias: "",
  owner: "",
  duration: "",
  max_budget: "",
  budget_duration: "30d",
  rpm_limit: "",
  tpm_limit: "",
  max_parallel_requests: "",
  models: "",
  auto_rotate: "",
  rotation_interval: "",
};

export function KeyForm({
  choices,
  onMade,
  onClose,
}: {
  choices: Choices;
  onMade: (made: NewKey) => void;
  onClose: () => void;
}) {
  const form = useForm({ ...FIELDS, owner: `user:${choices.self}` }, { user_id: "owner", team_id: "owner" });
  const [models, setModels] = useState<readonly string[]>([]);
  const submit = async () => {
    const data = await form.send("/key/generate", bodyOf(form, models), generateSchema);
    if (data) onMade({ secret: String(data["key"]), name: String(data["key_alias"] ?? "key") });
  };
  return (
    <FormDialog
      title="Create a key"
      description="A key lets one application call the gateway, within its own limits."
      form={form}
      action="Create key"
      busy="Creating…"
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField form={form} name="key_alias" label="Name" required autoFocus placeholder="mobile-app" />
        <Field label="Owner" error={form.errors["owner"]}>
          {(control) => (
            <Select {...control} {...form.bind("owner")}>
              {choices.teams.length > 0 && <Owners label="Teams" kind="team" owners={choices.teams} />}
              <Owners label="People" kind="user" owners={choices.users} />
            </Select>
          )}
        </Field>
      </div>
      <ModelPicker
        known={choices.models}
        chosen={models}
        onChange={setModels}
        error={form.errors["models"]}
      />
      <LimitFields form={form} />
      <TextField
        form={form}
        name="duration"
        label="Expires after"
        optional
        hint="A number and a unit, such as 12h, 30d or 8w. Empty: it does not expire."
        placeholder="90d"
      />
      <RotationFields form={form} />
    </FormDialog>
  );
}

function Owners({ label, kind, owners }: { label: string; kind: string; owners: Choices["users"] }) {
  return (
    <optgroup label={label}>
      {owners.map((owner) => (
        <option key={owner.id} value={`${kind}:${owner.id}`}>
          {owner.name}
        </option>
      ))}
    </optgroup>
  );
}

function bodyOf(form: Form, models: readonly string[]): Record<string, unknown> {
  const { values } = form;
  const [kind, ...rest] = (values["owner"] ?? "").split(":");
  const owner = rest.join(":");
  const body: Record<string, unknown> = { key_alias: values["key_alias"], models };
  body[kind === "team" ? "team_id" : "user_id"] = owner;
  // A key that is new has nothing to take away.
  for (const [name, value] of Object.entries(ceilingsOf(form))) if (value !== null) body[name] = value;
  if (values["duration"]?.trim()) body["duration"] = values["duration"].trim();
  if (values["max_budget"]?.trim()) {
    body["max_budget"] = values["max_budget"].trim();
    if (values["budget_duration"]) body["budget_duration"] = values["budget_duration"];
  }
  return { ...body, ...rotationOf(values) };
}
