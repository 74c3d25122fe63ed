"use client";
/** Asks whose budget is to be set. */
import { Field } from "../form/field.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Select } from "../ui/input.tsx";
import type { OwnerGroup } from "./new-budget.tsx";

export interface BudgetOwnerProps {
  readonly groups: readonly OwnerGroup[];
  /** `team:id`; empty: nobody yet. */
  readonly chosen: string;
  readonly onChoose: (value: string) => void;
  readonly onNext: () => void;
  readonly onClose: () => void;
}

export function BudgetOwner({ groups, chosen, onChoose, onNext, onClose }: BudgetOwnerProps) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title="Set a budget" description="For a team, a person or a key that has none yet.">
        <DialogBody>
          <Field
            label="Whose"
            hint={
              groups.every(({ owners }) => owners.length === 0)
                ? "Everybody has a budget already."
                : "Teams are the usual choice: their keys share it."
            }
          >
            {(control) => (
              <Select
                {...control}
                autoFocus
                value={chosen}
                onChange={(event) => onChoose(event.target.value)}
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
          <Button variant="primary" disabled={chosen === ""} onClick={onNext}>
            Next: the amount
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
