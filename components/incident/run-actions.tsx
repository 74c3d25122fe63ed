"use client";
/** An incident's actions: chosen, confirmed with a typed phrase where they are final, and run. */
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { ACTIONS, type Action, phraseFor } from "#lib/incident/names.ts";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import { makeMasterKey } from "./make-master-key.ts";
import { NewMasterKey } from "./new-master-key.tsx";
import { ACTION_WORDS } from "./words.ts";

export function RunActions({
  incidentId,
  keys,
  drill,
  frozen,
  waitsForApproval,
}: {
  incidentId: string;
  /** How many would be revoked now. */
  keys: number;
  drill: boolean;
  frozen: boolean;
  waitsForApproval: boolean;
}) {
  const router = useRouter();
  const form = useForm({ reason: "", phrase: "" });
  const [chosen, setChosen] = useState<readonly Action[]>(frozen ? [] : ["freeze"]);
  const [masterKey, setMasterKey] = useState<string | null>(null);
  const [inForce, setInForce] = useState(false);
  const phrase = phraseFor(chosen, keys);
  const typed = phrase === null || form.values["phrase"] === phrase;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (drill || !chosen.includes("rotate_master_key")) return void run(null);
    // Whoever runs it has the key in hand before anything happens.
    setInForce(false);
    setMasterKey(makeMasterKey());
  };
  const run = async (newKey: string | null) => {
    const body = {
      actions: chosen,
      reason: form.values["reason"],
      phrase: phrase === null ? null : form.values["phrase"],
      ...(newKey === null ? {} : { new_key: newKey }),
    };
    const answer = await form.send(`/incident/${incidentId}/run`, body);
    if (!answer) return;
    say(drill ? "The drill runs" : "Under way");
    form.reset();
    setChosen([]);
    setInForce(newKey !== null);
    router.refresh();
  };
  const toggle = (action: Action) =>
    setChosen((before) =>
      before.includes(action) ? before.filter((one) => one !== action) : [...before, action],
    );
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 px-4 pb-4">
      {masterKey !== null && (
        <NewMasterKey
          secret={masterKey}
          failure={form.failure ?? Object.values(form.errors)[0] ?? null}
          busy={form.busy}
          inForce={inForce}
          onConfirm={() => void run(masterKey)}
          onClose={() => setMasterKey(null)}
        />
      )}
      {form.failure && (
        <Notice tone="bad" live>
          {form.failure}
        </Notice>
      )}
      {drill && <Notice tone="info">This is a drill: every step is taken and nothing is changed.</Notice>}
      {waitsForApproval && (
        <Notice tone="warn">Final actions wait for a second person's approval; a freeze needs nobody.</Notice>
      )}
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 font-medium text-ink text-sm">Actions</legend>
        {ACTIONS.map((action) => (
          <label key={action} className="flex items-start gap-2 text-sm">
            <input
              type="checkbox"
              className="mt-1"
              checked={chosen.includes(action)}
              disabled={action === "freeze" && frozen}
              onChange={() => toggle(action)}
            />
            <span>
              <span className="font-medium">{ACTION_WORDS[action].name}</span>{" "}
              <span className="text-faint">
                {action === "freeze" && frozen ? "It is frozen already." : ACTION_WORDS[action].note}
              </span>
            </span>
          </label>
        ))}
      </fieldset>
      <Field label="Reason" error={form.errors["reason"]}>
        {(control) => <Input {...control} {...form.bind("reason")} />}
      </Field>
      {phrase !== null && (
        <Field label={`Type ${phrase} to confirm`} error={form.errors["phrase"]}>
          {(control) => <Input {...control} {...form.bind("phrase")} autoComplete="off" spellCheck={false} />}
        </Field>
      )}
      <div>
        <Button
          type="submit"
          variant="danger"
          disabled={
            form.busy || chosen.length === 0 || !typed || (form.values["reason"] ?? "").trim().length < 3
          }
        >
          {form.busy ? "Starting…" : drill ? "Run the drill" : "Run"}
        </Button>
      </div>
    </form>
  );
}
