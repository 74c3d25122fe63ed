"use client";
/** Sets a budget for whoever has none yet: first whose, then the sheet that edits every budget. */
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Field } from "../form/field.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Select } from "../ui/input.tsx";
import type { BudgetTarget } from "./target.ts";

const EditSheet = dynamic(() => import("./edit-sheet.tsx").then((module) => module.EditSheet), {
  ssr: false,
});

export interface OwnerGroup {
  readonly kind: "team" | "user" | "key";
  readonly label: string;
  readonly owners: readonly { readonly id: string; readonly name: string }[];
}

export function NewBudget({ groups }: { groups: readonly OwnerGroup[] }) {
  const [step, setStep] = useState<"closed" | "whose" | "amount">("closed");
  const [chosen, setChosen] = useState("");
  const all = groups.flatMap(({ kind, owners }) =>
    owners.map((owner) => ({ ...owner, kind, value: `${kind}:${owner.id}` })),
  );
  const owner = all.find(({ value }) => value === chosen);
  const target: BudgetTarget | null = owner
    ? {
        kind: owner.kind,
        id: owner.id,
        userId: null,
        name: owner.name,
        max: "",
        soft: "",
        duration: "",
        spent: null,
        raise: null,
      }
    : null;
  return (
    <>
      <Button variant="primary" onClick={() => setStep("whose")}>
        <Plus aria-hidden /> Set a budget
      </Button>
      {step === "whose" && (
        <Dialog open onOpenChange={(open) => !open && setStep("closed")}>
          <DialogContent title="Set a budget" description="For a team, a person or a key that has none yet.">
            <DialogBody>
              <Field
                label="Whose"
                hint={
                  all.length === 0
                    ? "Everybody has a budget already."
                    : "Teams are the usual choice: their keys share it."
                }
              >
                {(control) => (
                  <Select
                    {...control}
                    autoFocus
                    value={chosen}
                    onChange={(event) => setChosen(event.target.value)}
                  >
                    <option value="">Choose…</option>
                    {groups.map(({ kind, label, owners }) => (
                      <optgroup key={kind} label={label}>
                        {owners.map(({ id, name }) => (
                          <option key={id} value={`${kind}:${id}`}>
                            {name}
                          </option>
                        ))}
                      </optgroup>
                    ))}
                  </Select>
                )}
              </Field>
            </DialogBody>
            <DialogFooter>
              <DialogClose asChild>
                <Button variant="ghost">Cancel</Button>
              </DialogClose>
              <Button variant="primary" disabled={!target} onClick={() => setStep("amount")}>
                Next: the amount
              </Button>
            </DialogFooter>
          </DialogContent>
        </Dialog>
      )}
      {step === "amount" && target && <EditSheet target={target} onClose={() => setStep("closed")} />}
    </>
  );
}
