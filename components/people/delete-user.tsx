"use client";
/** Deletes a person in stages: the keys first, then a typed word. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Field } from "../form/field.tsx";
import { TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { useApi } from "../shell/api.tsx";
import { say, sayBad } from "../shell/say.ts";
import { Select } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
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
  const router = useRouter();
  const api = useApi();
  const form = useForm({ typed: "", heir: "" });
  const [handing, setHanding] = useState(false);
  const { heir = "", typed = "" } = form.values;
  const submit = async () => {
    if (heir !== "" && keys.length > 0) {
      setHanding(true);
      const moved = await api("POST", "/key/bulk_update", {
        keys: keys.map((key) => ({ key: key.id, user_id: heir })),
      });
      setHanding(false);
      const faults = moved.ok ? moved.data["failed_updates"] : keys;
      const failed = Array.isArray(faults) ? faults.length : 0;
      if (failed > 0) {
        sayBad("Nobody was deleted", {
          description: moved.ok ? `${failed} of the keys could not be handed over.` : moved.message,
          duration: Number.POSITIVE_INFINITY,
        });
        router.refresh();
        return;
      }
    }
    if (!(await form.send("/user/delete", { user_ids: [target.id] }))) return;
    say(`${target.name} is deleted`, { description: "What they spent stays on record." });
    onClose();
    router.push(target.service ? "/ui/people/service-accounts" : "/ui/people/users");
  };
  return (
    <FormDialog
      title={`Delete ${target.name}`}
      description="This cannot be undone. To stop somebody for a while, block them instead."
      form={{ failure: form.failure, busy: form.busy || handing }}
      action="Delete for good"
      busy="Deleting…"
      danger
      disabled={typed.trim() !== (target.email ?? target.id)}
      onSubmit={submit}
      onClose={onClose}
    >
      {keys.length === 0 ? (
        <Notice tone="info">No key belongs to this person. Memberships and sessions end.</Notice>
      ) : (
        <>
          <div>
            <p className="mb-1.5 font-medium text-sm">
              {keys.length === 1 ? "One key hangs" : `${keys.length} keys hang`} on this person
            </p>
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
          </div>
          <Field
            label="What becomes of them"
            hint={
              heir === ""
                ? "Every application that has one stops at its next call."
                : "They go on working, for their new owner."
            }
          >
            {(control) => (
              <Select {...control} {...form.bind("heir")}>
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
      <TextField form={form} name="typed" label={`Type ${target.email ?? target.id} to confirm`} />
    </FormDialog>
  );
}
