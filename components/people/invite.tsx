"use client";
/** Invites somebody: address, role and team, then the link to send. */
import { UserPlus } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useCallback, useState } from "react";
import { invitationSchema } from "#lib/console/people-schema.ts";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { useWanted } from "../palette/wanted.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Input, Select } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import { LinkDialog, type MadeLink } from "./link-dialog.tsx";
import { ROLE_WORDS } from "./target.ts";

export function Invite({ teams }: { teams: readonly { readonly id: string; readonly name: string }[] }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [link, setLink] = useState<MadeLink | null>(null);
  const begin = useCallback(() => setOpen(true), []);
  useWanted("invite", begin);
  return (
    <>
      <Button variant="primary" onClick={begin}>
        <UserPlus aria-hidden /> Invite
      </Button>
      {open && (
        <InviteForm
          teams={teams}
          onClose={() => setOpen(false)}
          onMade={(made) => {
            setOpen(false);
            setLink(made);
            router.refresh();
          }}
        />
      )}
      {link && <LinkDialog link={link} onClose={() => setLink(null)} />}
    </>
  );
}

function InviteForm({
  teams,
  onClose,
  onMade,
}: {
  teams: readonly { readonly id: string; readonly name: string }[];
  onClose: () => void;
  onMade: (link: MadeLink) => void;
}) {
  const form = useForm(
    { email: "", name: "", role: "developer", team_id: "" },
    { user_email: "email", user_alias: "name" },
  );
  const { email = "", name = "", role = "", team_id = "" } = form.values;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = {
      email,
      role,
      ...(name.trim() ? { name: name.trim() } : {}),
      ...(team_id ? { team_id } : {}),
    };
    const data = await form.send("/console/invitations", body, invitationSchema);
    if (data) onMade({ email: String(data["user_email"]), path: String(data["path"]) });
  };
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()}>
      <DialogContent
        title="Invite somebody"
        description="They get a link, and choose their own password with it."
      >
        <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-1 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            <Field label="E-mail" error={form.errors["email"]}>
              {(control) => (
                <Input
                  {...control}
                  {...form.bind("email")}
                  type="email"
                  required
                  autoFocus
                  autoComplete="off"
                  placeholder="ana@example.com"
                />
              )}
            </Field>
            <Field label="Name" optional error={form.errors["name"]}>
              {(control) => <Input {...control} {...form.bind("name")} autoComplete="off" />}
            </Field>
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label="Role" error={form.errors["role"]} hint={ROLE_WORDS[role]?.may}>
                {(control) => (
                  <Select {...control} {...form.bind("role")}>
                    {Object.entries(ROLE_WORDS).map(([value, words]) => (
                      <option key={value} value={value}>
                        {words.name}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
              <Field label="Team" optional error={form.errors["team_id"]}>
                {(control) => (
                  <Select {...control} {...form.bind("team_id")}>
                    <option value="">No team yet</option>
                    {teams.map((team) => (
                      <option key={team.id} value={team.id}>
                        {team.name}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            </div>
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="primary" disabled={form.busy}>
              {form.busy ? "Inviting…" : "Invite and make the link"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
