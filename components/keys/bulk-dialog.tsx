"use client";
/** An act on many keys in stages: how many and what it means, then how far it is, then what became of each. */
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useForm, type Values } from "../form/use-form.ts";
import { useApi } from "../shell/api.tsx";
import { say, sayBad } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Notice } from "../ui/notice.tsx";
import { BULK_ACTS, type BulkKind, keysInWords, revokePhrase } from "./bulk-acts.ts";
import { BulkFields } from "./bulk-fields.tsx";
import { type BulkResult, canUndo, runBulk, undoBulk } from "./run-bulk.ts";

const INITIAL: Values = {
  duration: "30d",
  max_budget: "",
  budget_duration: "30d",
  team_id: "",
  tag: "",
  phrase: "",
};

export interface BulkDialogProps {
  readonly kind: BulkKind;
  readonly ids: readonly string[];
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  readonly onClose: () => void;
  /** The keys are as they were asked to be: the selection has done its work. */
  readonly onDone: () => void;
}

export function BulkDialog({ kind, ids, teams, onClose, onDone }: BulkDialogProps) {
  const api = useApi();
  const router = useRouter();
  const form = useForm(INITIAL);
  const [done, setDone] = useState<number | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [results, setResults] = useState<readonly BulkResult[] | null>(null);
  const words = BULK_ACTS[kind];
  const ready =
    (kind !== "revoke" || form.values["phrase"] === revokePhrase(ids.length)) &&
    (kind !== "team" || form.values["team_id"] !== "");
  const undo = async (changed: readonly BulkResult[]) => {
    const failed = await undoBulk(api, kind, changed);
    router.refresh();
    if (failed === 0) say("All as it was before");
    else sayBad(`${keysInWords(failed)} could not be brought back. See their history.`);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFault(null);
    setDone(0);
    const { results: got, refused } = await runBulk(api, ids, actOf(kind, form.values), setDone);
    setDone(null);
    router.refresh();
    if (refused) setFault(refused.message);
    if (got.length > 0 && (refused || got.some((one) => !one.ok || one.message !== null)))
      return setResults(got);
    if (refused) return;
    say(`${keysInWords(got.length)} ${words.done}`, {
      duration: 10_000,
      ...(canUndo(got) ? { action: { label: "Undo", onClick: () => void undo(got) } } : {}),
    });
    onDone();
    onClose();
  };
  const finish = () => {
    onDone();
    onClose();
  };
  if (results)
    return (
      <Dialog open onOpenChange={(open) => !open && finish()}>
        <DialogContent
          title={`${results.filter((one) => one.ok && one.message === null).length} of ${keysInWords(ids.length)} ${words.done}`}
          description="What became of the others:"
        >
          <DialogBody className="flex flex-col gap-3">
            {fault && <Notice tone="bad">{fault}</Notice>}
            <Outcomes results={results} />
          </DialogBody>
          <DialogFooter>
            {canUndo(results) && (
              <Button
                className="mr-auto"
                onClick={() => {
                  void undo(results);
                  finish();
                }}
              >
                Undo
              </Button>
            )}
            <Button variant="primary" onClick={finish}>
              Done
            </Button>
          </DialogFooter>
        </DialogContent>
      </Dialog>
    );
  return (
    <Dialog open onOpenChange={(open) => !open && done === null && onClose()}>
      <DialogContent
        title={`${words.title} ${keysInWords(ids.length)}`}
        description={words.means}
        locked={done !== null}
      >
        <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-col">
          <DialogBody className="flex flex-col gap-4 empty:hidden">
            {fault && (
              <Notice tone="bad" live>
                {fault}
              </Notice>
            )}
            <BulkFields kind={kind} form={form} count={ids.length} teams={teams} />
            {done !== null && (
              <progress
                aria-label="Keys done"
                className="h-1.5 w-full accent-[var(--accent)]"
                max={ids.length}
                value={done}
              />
            )}
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost" disabled={done !== null}>
                Cancel
              </Button>
            </DialogClose>
            <Button
              type="submit"
              variant={kind === "revoke" ? "danger" : "primary"}
              disabled={!ready || done !== null}
            >
              {done === null ? `${words.title} ${keysInWords(ids.length)}` : `${done} of ${ids.length}…`}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function Outcomes({ results }: { results: readonly BulkResult[] }) {
  return (
    <ul className="divide-y divide-line rounded-md border border-line text-sm">
      {results
        .filter((one) => !one.ok || one.message !== null)
        .map((one) => (
          <li key={one.key} className="flex flex-wrap justify-between gap-x-4 px-3 py-1.5">
            <span className="font-medium">{one.name}</span>
            <span className={one.ok ? "text-soft" : "text-bad"}>{one.message}</span>
          </li>
        ))}
    </ul>
  );
}

/** The body's `act`; what is no number goes on as it is, and the schema says what is wrong with it. */
function actOf(kind: BulkKind, values: Values): Record<string, unknown> {
  const text = (name: string) => values[name]?.trim() ?? "";
  if (kind === "extend") return { kind, duration: text("duration") };
  if (kind === "budget") {
    const amount = text("max_budget");
    return amount === ""
      ? { kind, max_budget: null }
      : { kind, max_budget: amount, budget_duration: text("budget_duration") || null };
  }
  if (kind === "team") return { kind, team_id: text("team_id") };
  return kind === "tag" ? { kind, tag: text("tag") } : { kind };
}
