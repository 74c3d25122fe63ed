"use client";
/** The form of a new key, checked by the key API's own schema. */
import { type FormEvent, useState } from "react";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Input, Select } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import type { NewKey } from "./create-key.tsx";
import { LimitFields } from "./limit-fields.tsx";
import { ModelPicker } from "./model-picker.tsx";

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
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const data = await form.send("/key/generate", bodyOf(form.values, models), generateSchema);
    if (data) onMade({ secret: String(data["key"]), name: String(data["key_alias"] ?? "key") });
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title="Create a key"
        description="A key lets one application call the gateway, within its own limits."
      >
        <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-1 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label="Name" error={form.errors["key_alias"]}>
                {(control) => (
                  <Input
                    {...control}
                    {...form.bind("key_alias")}
                    required
                    autoFocus
                    placeholder="mobile-app"
                    autoComplete="off"
                  />
                )}
              </Field>
              <Field label="Owner" error={form.errors["owner"]}>
                {(control) => (
                  <Select {...control} {...form.bind("owner")}>
                    {choices.teams.length > 0 && (
                      <optgroup label="Teams">
                        {choices.teams.map((team) => (
                          <option key={team.id} value={`team:${team.id}`}>
                            {team.name}
                          </option>
                        ))}
                      </optgroup>
                    )}
                    <optgroup label="People">
                      {choices.users.map((user) => (
                        <option key={user.id} value={`user:${user.id}`}>
                          {user.name}
                        </option>
                      ))}
                    </optgroup>
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
            <Field
              label="Expires after"
              optional
              error={form.errors["duration"]}
              hint="A number and a unit, such as 12h, 30d or 8w. Empty: it does not expire."
            >
              {(control) => (
                <Input {...control} {...form.bind("duration")} placeholder="90d" autoComplete="off" />
              )}
            </Field>
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="primary" disabled={form.busy}>
              {form.busy ? "Creating…" : "Create key"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function bodyOf(
  values: Readonly<Record<string, string>>,
  models: readonly string[],
): Record<string, unknown> {
  const [kind, ...rest] = (values["owner"] ?? "").split(":");
  const owner = rest.join(":");
  const body: Record<string, unknown> = { key_alias: values["key_alias"], models };
  body[kind === "team" ? "team_id" : "user_id"] = owner;
  for (const name of ["rpm_limit", "tpm_limit", "max_parallel_requests"]) {
    const text = values[name]?.trim();
    // What is no number goes on as it is: the schema says what is wrong with it.
    if (text) body[name] = /^\d+$/.test(text) ? Number(text) : text;
  }
  if (values["duration"]?.trim()) body["duration"] = values["duration"].trim();
  if (values["max_budget"]?.trim()) {
    body["max_budget"] = values["max_budget"].trim();
    if (values["budget_duration"]) body["budget_duration"] = values["budget_duration"];
  }
  return body;
}
