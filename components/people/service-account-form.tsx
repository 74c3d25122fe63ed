"use client";
/** Makes a service account, and changes its name and who answers for it. */
import { useRouter } from "next/navigation";
import { SelectField, TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import type { PersonTarget } from "./target.ts";

export type Named = { readonly id: string; readonly name: string };

const asChoices = (all: readonly Named[]) => all.map(({ id, name }) => ({ value: id, label: name }));
const FIELDS = { user_alias: "name", metadata: "owner", teams: "team" };

export function NewServiceAccountForm({
  owners,
  teams,
  self,
  onClose,
}: {
  owners: readonly Named[];
  teams: readonly Named[];
  self: string;
  onClose: () => void;
}) {
  const router = useRouter();
  const form = useForm({ name: "", owner: self, team: "" }, FIELDS);
  const { name = "", owner = "", team = "" } = form.values;
  const submit = async () => {
    const made = await form.send("/user/new", {
      kind: "service",
      user_alias: name.trim(),
      metadata: { owner_user_id: owner },
      auto_create_key: false,
      ...(team === "" ? {} : { teams: [team] }),
    });
    if (!made) return;
    say(`“${name.trim()}” is here`, { description: "Make its first key on its page." });
    onClose();
    router.push(`/ui/people/users/${encodeURIComponent(String(made["user_id"]))}?view=keys`);
  };
  return (
    <FormDialog
      title="New service account"
      description="For a program. Nobody signs in to it; it has keys, limits and a budget of its own."
      form={form}
      action="Create"
      busy="Creating…"
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField form={form} name="name" label="Name" required autoFocus placeholder="nightly-reports" />
      <SelectField
        form={form}
        name="owner"
        label="Who answers for it"
        hint="Asked at every access review."
        choices={asChoices(owners)}
      />
      <SelectField form={form} name="team" label="Team" optional none="No team" choices={asChoices(teams)} />
    </FormDialog>
  );
}

export function EditServiceAccount({
  target,
  owners,
  onClose,
}: {
  target: PersonTarget;
  owners: readonly Named[];
  onClose: () => void;
}) {
  const router = useRouter();
  const form = useForm({ name: target.name, owner: target.service?.ownerId ?? "" }, FIELDS);
  const { name = "", owner = "" } = form.values;
  const submit = async () => {
    const body = { user_id: target.id, user_alias: name.trim(), metadata: { owner_user_id: owner } };
    if (!(await form.send("/user/update", body))) return;
    say(`“${name.trim()}” is changed`);
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={`Edit “${target.name}”`}
      description="Its keys, limits and history stay as they are."
      form={form}
      action="Save"
      busy="Saving…"
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField form={form} name="name" label="Name" required autoFocus />
      <SelectField
        form={form}
        name="owner"
        label="Who answers for it"
        none="Choose a person"
        choices={asChoices(owners)}
      />
    </FormDialog>
  );
}
