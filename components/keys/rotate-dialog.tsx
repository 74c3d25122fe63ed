"use client";
/** Gives a key a new secret; the old one may go on for a while. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { SelectField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import type { NewKey } from "./create-key.tsx";
import type { ActionKey } from "./key-actions.tsx";
import { SecretDialog } from "./secret-dialog.tsx";

export function RotateDialog({
  target,
  origin,
  model,
  onClose,
}: {
  target: ActionKey;
  origin: string;
  model: string;
  onClose: () => void;
}) {
  const router = useRouter();
  const form = useForm({ grace_period: "24h" });
  const [made, setMade] = useState<NewKey | null>(null);
  const submit = async () => {
    const grace = form.values["grace_period"];
    const path = `/key/${encodeURIComponent(target.id)}/regenerate`;
    const data = await form.send(path, grace ? { grace_period: grace } : {});
    if (!data) return;
    setMade({ secret: String(data["key"]), name: target.name });
    router.refresh();
  };
  if (made)
    return (
      <SecretDialog title="The new secret" made={made} origin={origin} model={model} onClose={onClose} />
    );
  return (
    <FormDialog
      title={`Rotate “${target.name}”`}
      description="Name, owner, models, limits and what was spent stay. Only the secret is new."
      form={form}
      action="Rotate"
      busy="Rotating…"
      onSubmit={submit}
      onClose={onClose}
    >
      <SelectField
        form={form}
        name="grace_period"
        label="The old secret goes on for"
        hint={
          target.expires
            ? `Never longer than the key itself, which ends ${target.expires}.`
            : "Time to bring the new secret to every place that has the old one."
        }
        none="It stops at once"
        choices={GRACES}
      />
      {target.lastUsed && (
        <p className="text-soft text-sm">
          Last used <strong className="font-medium text-ink">{target.lastUsed}</strong>
          {form.values["grace_period"] === "" && ": whoever uses it now is refused at the next call"}.
        </p>
      )}
    </FormDialog>
  );
}

const GRACES = [
  { value: "15m", label: "15 minutes" },
  { value: "1h", label: "1 hour" },
  { value: "24h", label: "24 hours" },
  { value: "7d", label: "7 days" },
];
