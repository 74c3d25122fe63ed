"use client";
/** Replaces the master key from the console, and ends the one before. */
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Select } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";

const NewMasterKey = dynamic(() => import("./new-master-key.tsx").then((module) => module.NewMasterKey), {
  ssr: false,
});

export function RotateMasterKey() {
  const router = useRouter();
  const form = useForm({ grace_period: "24h" });
  const [made, setMade] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const answer = await form.send("/master_key/rotate", { grace_period: form.values["grace_period"] });
    if (!answer) return;
    setMade(String(answer["master_key"]));
    router.refresh();
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3 px-4 pb-4">
      {made !== null && <NewMasterKey secret={made} onClose={() => setMade(null)} />}
      {form.failure && (
        <Notice tone="bad" live>
          {form.failure}
        </Notice>
      )}
      <div className="flex flex-wrap items-end gap-3">
        <Field label="The old key goes on for" error={form.errors["grace_period"]}>
          {(control) => (
            <Select {...control} {...form.bind("grace_period")}>
              <option value="0s">It stops at once</option>
              <option value="1h">1 hour</option>
              <option value="24h">24 hours</option>
              <option value="7d">7 days</option>
              <option value="30d">30 days</option>
            </Select>
          )}
        </Field>
        <Button type="submit" variant="primary" disabled={form.busy}>
          {form.busy ? "Replacing…" : "Replace the master key"}
        </Button>
      </div>
    </form>
  );
}
