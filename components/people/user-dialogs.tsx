"use client";
/** The steps that change a person: another role, and all sessions ended. */
import { useRouter } from "next/navigation";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { type PersonTarget, ROLE_WORDS } from "./target.ts";

export interface DialogProps {
  readonly target: PersonTarget;
  readonly onClose: () => void;
}

/** What `users.role` says for each role, in the user API's words. */
export interface RoleNames {
  readonly roleNames: Readonly<Record<string, string>>;
}

export function RoleDialog({ target, roleNames, onClose }: DialogProps & RoleNames) {
  const router = useRouter();
  const form = useForm({ role: target.role }, { user_role: "role" });
  const chosen = form.values["role"] ?? target.role;
  const submit = async () => {
    if (!(await form.send("/user/update", { user_id: target.id, user_role: roleNames[chosen] }))) return;
    say(`${target.name} is ${ROLE_WORDS[chosen]?.name.toLowerCase()} now`, {
      description: "It holds from their next click on.",
    });
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={`Role of ${target.name}`}
      description={
        target.service
          ? "What this account's keys may do beside calling models."
          : "What this person may see and do in the console and with admin keys."
      }
      form={form}
      action="Change role"
      busy="Changing…"
      disabled={chosen === target.role}
      onSubmit={submit}
      onClose={onClose}
    >
      <fieldset className="flex flex-col gap-1">
        <legend className="sr-only">Role</legend>
        {Object.entries(ROLE_WORDS).map(([value, { may, name }]) => (
          <label
            key={value}
            className="flex gap-3 rounded-md border border-transparent px-2 py-2 hover:bg-hover has-checked:border-accent/50 has-checked:bg-accent-wash"
          >
            <input
              type="radio"
              name="role"
              value={value}
              checked={chosen === value}
              onChange={() => form.set("role", value)}
              className="mt-1 accent-[var(--accent)]"
            />
            <span>
              <span className="font-medium text-sm">{name}</span>
              <span className="block text-soft text-xs">{may}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </FormDialog>
  );
}

export function SessionsDialog({ target, onClose }: DialogProps) {
  const router = useRouter();
  const form = useForm({});
  const submit = async () => {
    const data = await form.send("/console/users/sessions/end", { user_id: target.id });
    if (!data) return;
    say(`${target.name} is signed out everywhere`, {
      description: "Keys go on; block the person to stop those too.",
    });
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={`End all sessions of ${target.name}`}
      description="Every browser is signed out at its next click."
      form={form}
      action="End all sessions"
      busy="Ending…"
      danger
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-soft text-sm">
        Whoever knows the password can sign in again. If it may be known to others, make a new link as well.
      </p>
    </FormDialog>
  );
}
