"use client";
/** Who is in a team: add, change, take out. Its owners do this themselves. */
import { EllipsisVertical, PencilLine, UserMinus, UserPlus } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { AmountField, PeriodField } from "../form/budget-fields.tsx";
import { Field } from "../form/field.tsx";
import { SelectField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { type Form, useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "../ui/menu.tsx";
import { RemoveMember } from "./remove-member.tsx";
import type { MemberTarget } from "./target.ts";

const FIELDS = {
  max_budget_in_team: "budget",
  budget_duration: "duration",
  user_email: "email",
  member: "email",
};

export function AddMember({
  teamId,
  known,
}: {
  teamId: string;
  known: readonly { readonly email: string; readonly name: string }[];
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <UserPlus aria-hidden /> Add a member
      </Button>
      {open && <AddForm teamId={teamId} known={known} onClose={() => setOpen(false)} />}
    </>
  );
}

function AddForm({
  teamId,
  known,
  onClose,
}: {
  teamId: string;
  known: readonly { readonly email: string; readonly name: string }[];
  onClose: () => void;
}) {
  const router = useRouter();
  const form = useForm({ email: "", role: "user", budget: "", duration: "30d" }, FIELDS);
  const { email = "", role } = form.values;
  const submit = async () => {
    const body = {
      team_id: teamId,
      member: { user_email: email.trim().toLowerCase(), role },
      ...limits(form),
    };
    if (!(await form.send("/team/member_add", body))) return;
    say(`${email.trim()} is in the team`);
    onClose();
    router.refresh();
  };
  return (
    <MemberDialog
      title="Add a member"
      note="Somebody who is here already. Others are invited on the page People."
      form={form}
      submit={submit}
      send="Add"
      onClose={onClose}
    >
      <Field label="E-mail" error={form.errors["email"]}>
        {(control) => (
          <>
            <Input
              {...control}
              {...form.bind("email")}
              type="email"
              required
              autoFocus
              autoComplete="off"
              list="people-outside"
            />
            <datalist id="people-outside">
              {known.map((one) => (
                <option key={one.email} value={one.email}>
                  {one.name}
                </option>
              ))}
            </datalist>
          </>
        )}
      </Field>
    </MemberDialog>
  );
}

export function MemberActions({ target }: { target: MemberTarget }) {
  const [dialog, setDialog] = useState<"edit" | "remove" | null>(null);
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button variant="ghost" size="icon-sm">
            <EllipsisVertical aria-hidden />
            <span className="sr-only">Actions for {target.name}</span>
          </Button>
        </MenuTrigger>
        <MenuContent>
          <MenuItem onSelect={() => setDialog("edit")}>
            <PencilLine aria-hidden /> Change part or budget…
          </MenuItem>
          <MenuSeparator />
          <MenuItem danger onSelect={() => setDialog("remove")}>
            <UserMinus aria-hidden /> Take out…
          </MenuItem>
        </MenuContent>
      </Menu>
      {dialog === "edit" && <EditForm target={target} onClose={() => setDialog(null)} />}
      {dialog === "remove" && <RemoveMember target={target} onClose={() => setDialog(null)} />}
    </>
  );
}

function EditForm({ target, onClose }: { target: MemberTarget; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({ role: target.role, budget: target.max, duration: target.duration || "30d" }, FIELDS);
  const submit = async () => {
    const body = {
      team_id: target.teamId,
      user_id: target.userId,
      role: form.values["role"],
      ...limits(form),
    };
    if (!(await form.send("/team/member_update", body))) return;
    say(`${target.name} is saved`);
    onClose();
    router.refresh();
  };
  return (
    <MemberDialog
      title={`${target.name} in this team`}
      form={form}
      submit={submit}
      send="Save"
      onClose={onClose}
    />
  );
}

/** An empty budget takes the member's own away: the team's default for members holds again. */
function limits(form: Form): Record<string, unknown> {
  const { budget = "", duration = "" } = form.values;
  return budget.trim() === ""
    ? { max_budget_in_team: null, budget_duration: null }
    : { max_budget_in_team: budget.trim(), budget_duration: duration || null };
}

function MemberDialog({
  title,
  note,
  form,
  submit,
  send,
  onClose,
  children,
}: {
  title: string;
  note?: string;
  form: Form;
  submit: () => Promise<void>;
  send: string;
  onClose: () => void;
  children?: ReactNode;
}) {
  return (
    <FormDialog
      title={title}
      description={note}
      form={form}
      action={send}
      busy="Saving…"
      disabled={!form.dirty}
      onSubmit={submit}
      onClose={onClose}
    >
      {children}
      <SelectField
        form={form}
        name="role"
        label="Part"
        hint="An owner may add and remove members, and change their budgets."
        choices={[
          { value: "user", label: "Member" },
          { value: "admin", label: "Owner" },
        ]}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <AmountField
          form={form}
          name="budget"
          label="Budget in the team"
          optional
          hint="Dollars; empty: the team's default."
          placeholder="default"
        />
        <PeriodField form={form} name="duration" amount="budget" />
      </div>
    </FormDialog>
  );
}
