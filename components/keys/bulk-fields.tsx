"use client";
/** What each act on many keys asks for. */
import { Field } from "../form/field.tsx";
import type { Form } from "../form/use-form.ts";
import { Input, Select } from "../ui/input.tsx";
import { type BulkKind, revokePhrase } from "./bulk-acts.ts";

export function BulkFields({
  kind,
  form,
  count,
  teams,
}: {
  kind: BulkKind;
  form: Form;
  count: number;
  teams: readonly { readonly id: string; readonly name: string }[];
}) {
  if (kind === "extend")
    return (
      <Field label="They expire in" hint="A number and a unit, such as 12h, 30d or 8w.">
        {(control) => <Input {...control} {...form.bind("duration")} required autoComplete="off" />}
      </Field>
    );
  if (kind === "budget")
    return (
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Budget in US dollars" hint="For each key. Empty takes the budget away.">
          {(control) => (
            <Input
              {...control}
              {...form.bind("max_budget")}
              inputMode="decimal"
              placeholder="50"
              className="num"
            />
          )}
        </Field>
        <Field label="Budget starts anew">
          {(control) => (
            <Select
              {...control}
              {...form.bind("budget_duration")}
              disabled={form.values["max_budget"] === ""}
            >
              <option value="1d">every day</option>
              <option value="7d">every 7 days</option>
              <option value="30d">every 30 days</option>
              <option value="1mo">every month</option>
              <option value="">never</option>
            </Select>
          )}
        </Field>
      </div>
    );
  if (kind === "team")
    return (
      <Field label="To the team">
        {(control) => (
          <Select {...control} {...form.bind("team_id")} required>
            <option value="">Choose a team</option>
            {teams.map((team) => (
              <option key={team.id} value={team.id}>
                {team.name}
              </option>
            ))}
          </Select>
        )}
      </Field>
    );
  if (kind === "tag")
    return (
      <Field label="Tag">
        {(control) => (
          <Input {...control} {...form.bind("tag")} required maxLength={128} autoComplete="off" />
        )}
      </Field>
    );
  if (kind === "revoke")
    return (
      <Field label={`Type ${revokePhrase(count)} to confirm`}>
        {(control) => <Input {...control} {...form.bind("phrase")} autoComplete="off" />}
      </Field>
    );
  return null;
}
