"use client";
/** Says whether a certificate is genuine. */
import { type FormEvent, useState } from "react";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { Button } from "../ui/button.tsx";
import { Textarea } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";

export function VerifyForm() {
  const form = useForm({ certificate: "" });
  const [verdict, setVerdict] = useState<{ ok: boolean; message: string; keyId: string } | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setVerdict(null);
    const certificate = readJson(form.values["certificate"] ?? "");
    if (certificate === null) {
      setVerdict({
        ok: false,
        message: "This is no JSON: paste the whole certificate, with its braces.",
        keyId: "",
      });
      return;
    }
    const data = await form.send("/privacy/verify", { certificate });
    if (data)
      setVerdict({
        ok: data["ok"] === true,
        message: String(data["message"]),
        keyId: typeof data["key_id"] === "string" ? data["key_id"] : "",
      });
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <Field
        label="Certificate, or manifest.json of an export"
        error={form.errors["certificate"] ?? form.failure ?? undefined}
      >
        {(control) => (
          <Textarea
            {...control}
            {...form.bind("certificate")}
            required
            spellCheck={false}
            className="min-h-56 font-mono text-xs"
            placeholder='{"format": "shin-erasure-1", …}'
          />
        )}
      </Field>
      {verdict && (
        <Notice tone={verdict.ok ? "good" : "bad"} live>
          <p>{verdict.message}</p>
          {verdict.keyId && <p className="mt-1 break-all font-mono text-xs">signed by key {verdict.keyId}</p>}
        </Notice>
      )}
      <div>
        <Button type="submit" variant="primary" size="lg" disabled={form.busy}>
          {form.busy ? "Checking…" : "Check it"}
        </Button>
      </div>
    </form>
  );
}

function readJson(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
