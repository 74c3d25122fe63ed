"use client";
/** Makes a team, or changes its name and models. Its budget has a sheet of its own. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { AmountField, PeriodField } from "../form/budget-fields.tsx";
import { SelectField, TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { ModelPicker } from "../keys/model-picker.tsx";
import { say } from "../shell/say.ts";
import type { TeamTarget } from "./target.ts";

export interface TeamChoices {
  readonly models: readonly string[];
  readonly users: readonly { readonly id: string; readonly name: string }[];
}

/** @param team null makes a new one */
export function TeamForm({
  team,
  choices,
  onClose,
}: {
  team: TeamTarget | null;
  choices: TeamChoices;
  onClose: () => void;
}) {
  const router = useRouter();
  const form = useForm(
    { team_alias: team?.name ?? "", owner: "", max_budget: "", budget_duration: "30d" },
    { members_with_roles: "owner" },
  );
  const [models, setModels] = useState<readonly string[]>(team?.models ?? []);
  const {
    budget_duration: duration = "",
    max_budget: budget = "",
    owner = "",
    team_alias: name = "",
  } = form.values;
  // A model that is gone from the gateway stays tickable, or saving would drop it unseen.
  const known = [...new Set([...choices.models, ...(team?.models ?? [])])];
  const submit = async () => {
    const shared = { team_alias: name.trim(), models };
    const body = team
      ? { team_id: team.id, ...shared }
      : {
          ...shared,
          ...(owner ? { members_with_roles: [{ user_id: owner, role: "admin" }] } : {}),
          ...(budget.trim() ? { max_budget: budget.trim(), budget_duration: duration || null } : {}),
        };
    const data = await form.send(team ? "/team/update" : "/team/new", body);
    if (!data) return;
    say(team ? `Team “${name.trim()}” is saved` : `Team “${name.trim()}” is made`);
    onClose();
    if (team) router.refresh();
    else router.push(`/ui/people/teams/${encodeURIComponent(String(data["team_id"]))}`);
  };
  return (
    <FormDialog
      title={team ? `Team “${team.name}”` : "New team"}
      description="Keys of a team share its budget, its limits and its models."
      form={form}
      action={team ? "Save team" : "Create team"}
      busy="Saving…"
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField form={form} name="team_alias" label="Name" required autoFocus placeholder="Search" />
      {!team && (
        <SelectField
          form={form}
          name="owner"
          label="Owner"
          optional
          hint="May add and remove members, and their budgets."
          none="Nobody yet"
          choices={choices.users.map((user) => ({ value: user.id, label: user.name }))}
        />
      )}
      <ModelPicker known={known} chosen={models} onChange={setModels} error={form.errors["models"]} />
      {team && team.keys > 0 && (
        <p className="text-faint text-xs">
          A model that is taken away is refused to the {team.keys === 1 ? "one key" : `${team.keys} keys`} of
          this team at once.
        </p>
      )}
      {!team && (
        <div className="grid gap-4 sm:grid-cols-2">
          <AmountField
            form={form}
            name="max_budget"
            label="Budget in US dollars"
            optional
            hint="Empty means no budget."
          />
          <PeriodField form={form} name="budget_duration" amount="max_budget" />
        </div>
      )}
    </FormDialog>
  );
}
