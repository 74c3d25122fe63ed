"use client";
/** Deletes a person in stages: the keys first, then a typed word. */
import { useState } from "react";
import { DeleteDialog } from "../form/delete-dialog.tsx";
import { Field } from "../form/field.tsx";
import { plural } from "../format.ts";
import { useApi } from "../shell/api.tsx";
import { Select } from "../ui/input.tsx";
import type { DialogProps } from "./user-dialogs.tsx";

export interface HangingKey {
  readonly id: string;
  readonly name: string;
  /** `5 min ago`, or null. */
  readonly lastUsed: string | null;
}

export interface Heir {
  readonly id: string;
  readonly name: string;
}

/** Keys first: handed to somebody, or revoked with the person. */
export function DeleteUserDialog({
  target,
  keys,
  heirs,
  onClose,
}: DialogProps & { keys: readonly HangingKey[]; heirs: readonly Heir[] }) {
  const api = useApi();
  const [heir, setHeir] = useState("");
  const handOver = async () => {
    if (heir === "" || keys.length === 0) return null;
    const moved = await api("POST", "/key/bulk_update", {
      keys: keys.map((key) => ({ key: key.id, user_id: heir })),
    });
    if (!moved.ok) return `Nobody was deleted. ${moved.message}`;
    const faults = moved.data["failed_updates"];
    const failed = Array.isArray(faults) ? faults.length : 0;
    return failed === 0 ? null : `Nobody was deleted: ${plural(failed, "key")} could not be handed over.`;
  };
  return (
    <DeleteDialog
      title={`Delete ${target.name}`}
      description="This cannot be undone. To stop somebody for a while, block them instead."
      warning={
        keys.length === 0
          ? `No key belongs to ${target.service ? "it" : "this person"}. Memberships and sessions end.`
          : `${keys.length === 1 ? "One key hangs" : `${keys.length} keys hang`} on ${target.service ? "this service account" : "this person"}.`
      }
      inUse={keys.length > 0}
      phrase={target.email ?? target.id}
      first={handOver}
      path="/user/delete"
      body={{ user_ids: [target.id] }}
      done={`${target.name} is deleted`}
      doneNote="What they spent stays on record."
      leadsTo={target.service ? "/ui/people/service-accounts" : "/ui/people/users"}
      onClose={onClose}
    >
      {keys.length > 0 && (
        <>
          <ul className="max-h-40 divide-y divide-line overflow-y-auto rounded-md border border-line text-sm">
            {keys.map((key) => (
              <li key={key.id} className="flex justify-between gap-3 px-3 py-1.5">
                <span className="truncate">{key.name}</span>
                <span className="shrink-0 text-faint text-xs">
                  {key.lastUsed ? `used ${key.lastUsed}` : "never used"}
                </span>
              </li>
            ))}
          </ul>
          <Field
            label="What becomes of them"
            hint={
              heir === ""
                ? "Every application that has one stops at its next call."
                : "They go on working, for their new owner."
            }
          >
            {(control) => (
              <Select {...control} value={heir} onChange={(event) => setHeir(event.target.value)}>
                <option value="">Revoke them for good</option>
                {heirs.map((one) => (
                  <option key={one.id} value={one.id}>
                    Hand them to {one.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </>
      )}
    </DeleteDialog>
  );
}
