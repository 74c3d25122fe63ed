"use client";
/** The first minute of an incident: which calls, what it would hit, and one press that stops them. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { SCOPE_KINDS, type ScopeKind } from "#lib/incident/names.ts";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { integer } from "../format.ts";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Input, Select, Textarea } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import { SCOPE_HINTS, SCOPES } from "./words.ts";

interface Found {
  readonly keys: number;
  readonly calls_per_minute: number;
  readonly scope: { readonly label: string };
}

export function StartIncident() {
  const router = useRouter();
  const form = useForm({ scope: "", reason: "" });
  const [kind, setKind] = useState<ScopeKind>("key");
  const [shown, setShown] = useState(false);
  const [found, setFound] = useState<Found | null>(null);
  const hint = SCOPE_HINTS[kind];
  const scope = { kind, id: hint === null ? null : (form.values["scope"] ?? "") };
  const reason = form.values["reason"] ?? "";
  const look = async () => {
    const answer = await form.send("/incident/impact", { scope });
    setFound(answer as Found | null);
  };
  const freeze = async () => {
    const answer = await form.send("/incident/freeze", { scope, reason, show_reason: shown });
    if (!answer) return;
    say("Frozen", { description: "In force on every instance. Lift it on the incident's page." });
    router.push(`/ui/incident/${String(answer["incident_id"])}`);
  };
  const open = async (drill: boolean) => {
    const answer = await form.send("/incident/open", { scope, reason, drill });
    if (answer) router.push(`/ui/incident/${String(answer["incident_id"])}`);
  };
  return (
    <div className="flex flex-col gap-4 px-4 pb-4">
      {form.failure && (
        <Notice tone="bad" live>
          {form.failure}
        </Notice>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Scope">
          {(control) => (
            <Select
              {...control}
              value={kind}
              onChange={(event) => {
                setKind(SCOPE_KINDS.find((one) => one === event.target.value) ?? "key");
                setFound(null);
              }}
            >
              {SCOPE_KINDS.map((one) => (
                <option key={one} value={one}>
                  {SCOPES[one]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {hint && (
          <Field label={hint.label} hint={hint.hint} error={form.errors["scope"]}>
            {(control) => (
              <Input {...control} {...form.bind("scope")} autoComplete="off" spellCheck={false} />
            )}
          </Field>
        )}
      </div>
      <Field label="Reason" hint="Stands in the audit log." error={form.errors["reason"]}>
        {(control) => <Textarea {...control} {...form.bind("reason")} rows={2} />}
      </Field>
      <label className="flex items-center gap-2 text-sm">
        <input type="checkbox" checked={shown} onChange={(event) => setShown(event.target.checked)} />
        Tell the reason to refused callers
      </label>
      {found && (
        <Notice tone="info" live>
          {found.scope.label}: {integer(found.keys)} {found.keys === 1 ? "key" : "keys"},{" "}
          {found.calls_per_minute} calls a minute in the last hour.
        </Notice>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          variant="danger"
          disabled={form.busy || reason.trim().length < 3}
          onClick={() => void freeze()}
        >
          Freeze now
        </Button>
        <Button disabled={form.busy} onClick={() => void look()}>
          See the impact
        </Button>
        <Button disabled={form.busy || reason.trim().length < 3} onClick={() => void open(false)}>
          Open without freezing
        </Button>
        <Button
          variant="ghost"
          disabled={form.busy || reason.trim().length < 3}
          onClick={() => void open(true)}
        >
          Start a drill
        </Button>
      </div>
      <p className="text-faint text-xs">
        A freeze is lifted as quickly as it is made. Answers that are streaming already come to their end.
      </p>
    </div>
  );
}
