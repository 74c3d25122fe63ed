"use client";
/** Who is invited: address, role and team. */
import { SelectField, TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import type { MadeLink } from "./link-dialog.tsx";
import { ROLE_WORDS } from "./target.ts";

/** Comes with the first sending: no page needs it to be shown. */
const invitationSchema = () =>
  import("#lib/console/people-schema.ts").then((module) => module.invitationSchema);

export function InviteForm({
  teams,
  onClose,
  onMade,
}: {
  teams: readonly { readonly id: string; readonly name: string }[];
  onClose: () => void;
  onMade: (link: MadeLink) => void;
}) {
  const form = useForm(
    { email: "", name: "", role: "developer", team_id: "" },
    { user_email: "email", user_alias: "name" },
  );
  const { email = "", name = "", role = "", team_id = "" } = form.values;
  const submit = async () => {
    const body = {
      email,
      role,
      ...(name.trim() ? { name: name.trim() } : {}),
      ...(team_id ? { team_id } : {}),
    };
    const data = await form.send("/console/invitations", body, invitationSchema);
    if (data) onMade({ email: String(data["user_email"]), path: String(data["path"]) });
  };
  return (
    <FormDialog
      title="Invite somebody"
      description="They get a link, and choose their own password with it."
      form={form}
      action="Invite and make the link"
      busy="Inviting…"
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        form={form}
        name="email"
        label="E-mail"
        type="email"
        required
        autoFocus
        placeholder="ana@example.com"
      />
      <TextField form={form} name="name" label="Name" optional />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          form={form}
          name="role"
          label="Role"
          hint={ROLE_WORDS[role]?.may}
          choices={Object.entries(ROLE_WORDS).map(([value, words]) => ({ value, label: words.name }))}
        />
        <SelectField
          form={form}
          name="team_id"
          label="Team"
          optional
          none="No team yet"
          choices={teams.map((team) => ({ value: team.id, label: team.name }))}
        />
      </div>
    </FormDialog>
  );
}
