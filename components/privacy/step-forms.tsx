"use client";
/** The form of the step that a request stands at. Each sends one call and shows the page anew. */
import { useRouter } from "next/navigation";
import { type FormEvent, type ReactNode, useState } from "react";
import { Field } from "../form/field.tsx";
import { type Form, useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Input, Select, Textarea } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";

export interface StepTarget {
  readonly id: string;
  readonly type: string;
  readonly subjectKind: string;
  /** The id to type before somebody is erased. */
  readonly subject: string;
}

function useStep(id: string, initial: Record<string, string> = {}) {
  const router = useRouter();
  const form = useForm(initial);
  const send = async (name: string, body: Record<string, unknown>) => {
    if (await form.send(`/privacy/requests/${id}/${name}`, body)) router.refresh();
  };
  return { form, send };
}

function Frame({
  form,
  onSubmit,
  children,
}: {
  form: Form;
  onSubmit: () => Promise<void>;
  children: ReactNode;
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void onSubmit();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {form.failure && (
        <Notice tone="bad" live>
          {form.failure}
        </Notice>
      )}
      {children}
    </form>
  );
}

export function IdentifyForm({ target }: { target: StepTarget }) {
  const { form, send } = useStep(target.id, { how: "" });
  const { how = "" } = form.values;
  return (
    <Frame form={form} onSubmit={() => send("identify", { how: how.trim() })}>
      <Field
        label="How it was made sure who they are"
        hint="Ask for no more than you need: signed in as themselves, a call back, a code to the known address."
        error={form.errors["how"]}
      >
        {(control) => <Input {...control} {...form.bind("how")} required maxLength={2000} />}
      </Field>
      <div>
        <Button type="submit" variant="primary" disabled={form.busy || how.trim() === ""}>
          They are who they say
        </Button>
      </div>
    </Frame>
  );
}

export function LocateForm({ target, again = false }: { target: StepTarget; again?: boolean }) {
  const { form, send } = useStep(target.id);
  return (
    <Frame form={form} onSubmit={() => send("locate", {})}>
      {!again && (
        <p className="text-soft text-sm">
          Every store is searched for their identifiers. Nothing is changed.
        </p>
      )}
      <div>
        <Button
          type="submit"
          variant={again ? "secondary" : "primary"}
          size={again ? "sm" : "md"}
          disabled={form.busy}
        >
          {form.busy ? "Searching…" : again ? "Search again" : "Search every store"}
        </Button>
      </div>
    </Frame>
  );
}

export function DecideForm({ target }: { target: StepTarget }) {
  const { form, send } = useStep(target.id, { grant: "yes", ground: "", email: "", alias: "", metadata: "" });
  const [metadataError, setMetadataError] = useState<string | undefined>();
  const { alias = "", email = "", grant = "yes", ground = "", metadata = "" } = form.values;
  const corrects = target.type === "rectification" && grant === "yes";
  const submit = async () => {
    const read = corrects ? readObject(metadata) : null;
    setMetadataError(read === "unreadable" ? 'Must be a JSON object, such as {"desk": 4}.' : undefined);
    if (read === "unreadable") return;
    const rectify = {
      ...(email.trim() === "" ? {} : { email: email.trim() }),
      ...(alias.trim() === "" ? {} : { alias: alias.trim() }),
      ...(read === null ? {} : { metadata: read }),
    };
    await send("decide", {
      grant: grant === "yes",
      ground: ground.trim() || null,
      ...(corrects ? { rectify } : {}),
    });
  };
  return (
    <Frame form={form} onSubmit={submit}>
      <Field label="Decision">
        {(control) => (
          <Select {...control} {...form.bind("grant")}>
            <option value="yes">Grant it</option>
            <option value="no">Refuse it</option>
          </Select>
        )}
      </Field>
      <Field
        label="Ground"
        optional={grant === "yes"}
        hint={
          grant === "yes"
            ? "The legal ground, if one needs to be named."
            : "Told to the person, with their right to complain."
        }
        error={form.errors["ground"]}
      >
        {(control) => (
          <Textarea {...control} {...form.bind("ground")} required={grant === "no"} maxLength={2000} />
        )}
      </Field>
      {corrects && (
        <fieldset className="flex flex-col gap-4 rounded-md border border-line p-3">
          <legend className="px-1 font-medium text-sm">What is right</legend>
          {form.errors["rectify"] && <p className="text-bad text-xs">{form.errors["rectify"]}</p>}
          {target.subjectKind === "user" && (
            <Field label="E-mail address" optional>
              {(control) => <Input {...control} {...form.bind("email")} type="email" autoComplete="off" />}
            </Field>
          )}
          <Field label="Name" optional>
            {(control) => <Input {...control} {...form.bind("alias")} autoComplete="off" />}
          </Field>
          <Field label="Metadata" optional hint="Takes the place of what is there." error={metadataError}>
            {(control) => (
              <Textarea
                {...control}
                {...form.bind("metadata")}
                className="font-mono text-xs"
                spellCheck={false}
              />
            )}
          </Field>
        </fieldset>
      )}
      <div>
        <Button type="submit" variant="primary" disabled={form.busy}>
          Decide, and ask for approval
        </Button>
      </div>
    </Frame>
  );
}

function readObject(text: string): Record<string, unknown> | null | "unreadable" {
  if (text.trim() === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : "unreadable";
  } catch (error) {
    if (error instanceof SyntaxError) return "unreadable";
    throw error;
  }
}

/** @param why not: this person may not approve, and why */
export function ApproveForm({ target, why }: { target: StepTarget; why: string | null }) {
  const { form, send } = useStep(target.id);
  if (why !== null) return <Notice tone="info">{why}</Notice>;
  return (
    <Frame form={form} onSubmit={() => send("approve", {})}>
      <p className="text-soft text-sm">
        You are the second person: look at what was found and decided before you say yes.
      </p>
      <div>
        <Button type="submit" variant="primary" disabled={form.busy}>
          Approve
        </Button>
      </div>
    </Frame>
  );
}

export function RunForm({
  target,
  granted,
  again,
}: {
  target: StepTarget;
  granted: boolean;
  again: boolean;
}) {
  const { form, send } = useStep(target.id, { typed: "" });
  const erases = target.type === "erasure" && granted;
  const ready = !erases || form.values["typed"]?.trim() === target.subject;
  return (
    <Frame form={form} onSubmit={() => send("run", {})}>
      {erases && (
        <>
          <Notice tone="warn">
            This cannot be undone. Keys and sessions end at once; records that the books need stay without a
            name.
          </Notice>
          <Field label={`Type ${target.subject} to confirm`}>
            {(control) => (
              <Input {...control} {...form.bind("typed")} autoComplete="off" spellCheck={false} />
            )}
          </Field>
        </>
      )}
      <div>
        <Button type="submit" variant={erases ? "danger" : "primary"} disabled={form.busy || !ready}>
          {again ? "Run it again" : granted ? (RUN_WORDS[target.type] ?? "Run it") : "Close it as refused"}
        </Button>
      </div>
    </Frame>
  );
}

const RUN_WORDS: Readonly<Record<string, string>> = {
  access: "Write the export",
  portability: "Write the export",
  erasure: "Erase this person",
  restriction: "Refuse new calls from now on",
  rectification: "Write what is right",
};
