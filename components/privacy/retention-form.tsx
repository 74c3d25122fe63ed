"use client";
/** Days by store: tried first, then saved. */
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useForm } from "../form/use-form.ts";
import { integer } from "../format.ts";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";

export interface StoreTerm {
  readonly store: string;
  readonly title: string;
  readonly what: string;
  readonly days: number | null;
  /** `config.yaml:14`, `console` or `default`. */
  readonly setBy: string;
  readonly open: boolean;
  readonly lastRemoved: number;
}

export function RetentionForm({ terms, change }: { terms: readonly StoreTerm[]; change: boolean }) {
  const router = useRouter();
  const initial = Object.fromEntries(
    terms.map(({ days, store }) => [store, days === null ? "" : String(days)]),
  );
  const form = useForm(initial);
  const [preview, setPreview] = useState<Readonly<Record<string, number>> | null>(null);
  const open = terms.filter((term) => term.open);
  const body = () => ({
    days: Object.fromEntries(
      open.map(({ store }) => {
        const text = (form.values[store] ?? "").trim();
        return [store, text === "" ? null : Number(text)];
      }),
    ),
  });
  const dryRun = async () => {
    const data = await form.send("/privacy/retention/preview", body());
    const counts = data?.["would_remove"];
    setPreview(typeof counts === "object" && counts !== null ? { ...counts } : null);
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await form.send("/privacy/retention", body()))) return;
    say("Retention is saved", { description: "The daily purge keeps to it." });
    setPreview(null);
    router.refresh();
  };
  const purge = async () => {
    if (!(await form.send("/privacy/retention/run", {}))) return;
    say("The purge has begun");
    router.refresh();
  };
  return (
    <form onSubmit={(event) => void save(event)} className="flex flex-col">
      <ul className="divide-y divide-line border-line border-t">
        {terms.map((term) => (
          <li
            key={term.store}
            className="grid gap-x-4 gap-y-1 px-4 py-3 sm:grid-cols-[minmax(0,1fr)_9rem_9rem]"
          >
            <div className="min-w-0">
              <p className="font-medium text-sm" id={`term-${term.store}`}>
                {term.title}
              </p>
              <p className="text-faint text-xs">{term.what}</p>
            </div>
            <div>
              <span className="flex items-center gap-2">
                <Input
                  aria-labelledby={`term-${term.store}`}
                  {...form.bind(term.store)}
                  inputMode="numeric"
                  placeholder="for ever"
                  disabled={!term.open || !change}
                  className="num w-24"
                />
                <span className="text-soft text-sm">days</span>
              </span>
              <p className="mt-0.5 text-faint text-xs">
                {term.setBy === "default" ? "the default" : `set by ${term.setBy}`}
              </p>
            </div>
            <p className="num self-center text-soft text-sm sm:text-right">
              {preview ? (
                <span className="font-medium text-ink">{integer(preview[term.store] ?? 0)} would go</span>
              ) : (
                `${integer(term.lastRemoved)} went last`
              )}
            </p>
          </li>
        ))}
      </ul>
      {(form.failure ?? form.errors["days"]) && (
        <Notice tone="bad" live className="m-4 mb-0">
          {form.failure ?? form.errors["days"]}
        </Notice>
      )}
      {change && (
        <div className="flex flex-wrap items-center gap-2 p-4">
          <Button disabled={form.busy} onClick={() => void dryRun()}>
            Dry run
          </Button>
          <Button type="submit" variant="primary" disabled={form.busy || !form.dirty}>
            Save
          </Button>
          <Button variant="ghost" className="ml-auto" disabled={form.busy} onClick={() => void purge()}>
            Purge now
          </Button>
          <span role="status" className="sr-only">
            {preview ? "The dry run is done: the figures stand beside each store." : ""}
          </span>
        </div>
      )}
    </form>
  );
}
