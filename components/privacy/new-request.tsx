"use client";
/** Takes a request in. Nothing is looked up yet: who asks is owed an answer whether they are known or not. */
import { useRouter } from "next/navigation";
import type { FormEvent } from "react";
import { REQUEST_TYPES } from "#lib/privacy/requests/names.ts";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Input, Select, Textarea } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import { TYPE_WORDS } from "./words.ts";

/** Come with the first sending: no page needs them to be shown. */
const newRequestSchema = () =>
  import("#lib/privacy/requests/schema.ts").then((module) => module.newRequestSchema);

/** @param today `2026-11-23`, the last day that can be named */
export function NewRequest({ today }: { today: string }) {
  const router = useRouter();
  const form = useForm(
    { type: "access", subject: "", kind: "", received: today, note: "" },
    { subject_kind: "kind", received_at: "received" },
  );
  const { kind = "", note = "", received = "", subject = "", type = "access" } = form.values;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = {
      type,
      subject: subject.trim(),
      ...(kind === "" ? {} : { subject_kind: kind }),
      // Today's has no hour to tell: it arrived just now.
      ...(received === "" || received === today ? {} : { received_at: `${received}T00:00:00Z` }),
      ...(note.trim() === "" ? {} : { note: note.trim() }),
    };
    const made = await form.send("/privacy/requests", body, newRequestSchema);
    if (made) router.push(`/ui/privacy/${String(made["id"])}`);
  };
  const chosen = REQUEST_TYPES.find((one) => one === type) ?? "access";
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4 p-4">
      {form.failure && (
        <Notice tone="bad" live>
          {form.failure}
        </Notice>
      )}
      <Field label="What they ask for" hint={TYPE_WORDS[chosen].what} error={form.errors["type"]}>
        {(control) => (
          <Select {...control} {...form.bind("type")}>
            {REQUEST_TYPES.map((one) => (
              <option key={one} value={one}>
                {TYPE_WORDS[one].name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field
        label="Who"
        hint="Exactly as held: a user's id or whole e-mail address, or the id that an application sends for an end user."
        error={form.errors["subject"]}
      >
        {(control) => (
          <Input {...control} {...form.bind("subject")} required autoComplete="off" spellCheck={false} />
        )}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="They are" error={form.errors["kind"]}>
          {(control) => (
            <Select {...control} {...form.bind("kind")}>
              <option value="">whoever has that name</option>
              <option value="user">a user of this gateway</option>
              <option value="end_user">an end user of an application</option>
            </Select>
          )}
        </Field>
        <Field
          label="Received"
          hint="The month to answer runs from this day."
          error={form.errors["received"]}
        >
          {(control) => <Input {...control} {...form.bind("received")} type="date" max={today} required />}
        </Field>
      </div>
      <Field
        label="Note"
        optional
        hint="How it arrived, or what they said. Goes with an erasure."
        error={form.errors["note"]}
      >
        {(control) => <Textarea {...control} {...form.bind("note")} maxLength={2000} />}
      </Field>
      <div>
        <Button type="submit" variant="primary" disabled={form.busy || subject.trim() === ""}>
          {form.busy ? "Taking it in…" : "Take it in"}
        </Button>
      </div>
    </form>
  );
}
