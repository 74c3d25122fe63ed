"use client";
/** Makes a team, or changes its name and models. Its budget has a sheet of its own. */
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { ModelPicker } from "../keys/model-picker.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Input, Select } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
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
  const submit = async (event: FormEvent) => {
    event.preventDefault();
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
    toast(team ? `Team “${name.trim()}” is saved` : `Team “${name.trim()}” is made`);
    onClose();
    if (team) router.refresh();
    else router.push(`/ui/people/teams/${encodeURIComponent(String(data["team_id"]))}`);
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={team ? `Team “${team.name}”` : "New team"}
        description="Keys of a team share its budget, its limits and its models."
      >
        <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-1 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            <Field label="Name" error={form.errors["team_alias"]}>
              {(control) => (
                <Input
                  {...control}
                  {...form.bind("team_alias")}
                  required
                  autoFocus
                  autoComplete="off"
                  placeholder="Search"
                />
              )}
            </Field>
            {!team && (
              <Field
                label="Owner"
                optional
                error={form.errors["owner"]}
                hint="May add and remove members, and their budgets."
              >
                {(control) => (
                  <Select {...control} {...form.bind("owner")}>
                    <option value="">Nobody yet</option>
                    {choices.users.map((user) => (
                      <option key={user.id} value={user.id}>
                        {user.name}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            )}
            <ModelPicker known={known} chosen={models} onChange={setModels} error={form.errors["models"]} />
            {team && team.keys > 0 && (
              <p className="text-faint text-xs">
                A model that is taken away is refused to the{" "}
                {team.keys === 1 ? "one key" : `${team.keys} keys`} of this team at once.
              </p>
            )}
            {!team && (
              <div className="grid gap-4 sm:grid-cols-2">
                <Field
                  label="Budget in US dollars"
                  optional
                  error={form.errors["max_budget"]}
                  hint="Empty means no budget."
                >
                  {(control) => (
                    <Input
                      {...control}
                      {...form.bind("max_budget")}
                      inputMode="decimal"
                      placeholder="no budget"
                      className="num"
                    />
                  )}
                </Field>
                <Field label="Starts anew" error={form.errors["budget_duration"]}>
                  {(control) => (
                    <Select {...control} {...form.bind("budget_duration")} disabled={budget === ""}>
                      <option value="1d">every day</option>
                      <option value="7d">every week</option>
                      <option value="30d">every month</option>
                      <option value="">never</option>
                    </Select>
                  )}
                </Field>
              </div>
            )}
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="primary" disabled={form.busy}>
              {form.busy ? "Saving…" : team ? "Save team" : "Create team"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
