"use client";
/** Replaces the master key from the console, and ends the one before. */
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Select } from "../ui/input.tsx";
import { makeMasterKey } from "./make-master-key.ts";

const NewMasterKey = dynamic(() => import("./new-master-key.tsx").then((module) => module.NewMasterKey), {
  ssr: false,
});

export function RotateMasterKey() {
  const router = useRouter();
  const form = useForm({ grace_period: "24h" });
  const [made, setMade] = useState<string | null>(null);
  const [inForce, setInForce] = useState(false);
  const prepare = (event: FormEvent) => {
    event.preventDefault();
    setInForce(false);
    setMade(makeMasterKey());
  };
  const putInForce = async () => {
    const body = { grace_period: form.values["grace_period"], new_key: made };
    if (!(await form.send("/master_key/rotate", body))) return;
    setInForce(true);
    router.refresh();
  };
  return (
    <form onSubmit={prepare} className="flex flex-col gap-3 px-4 pb-4">
      {made !== null && (
        <NewMasterKey
          secret={made}
          failure={form.failure}
          busy={form.busy}
          inForce={inForce}
          onConfirm={() => void putInForce()}
          onClose={() => setMade(null)}
        />
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
        <Button type="submit" variant="primary">
          Replace the master key
        </Button>
      </div>
    </form>
  );
}
