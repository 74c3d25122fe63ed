"use client";
/** Invites somebody: address, role and team, then the link to send. */
import { UserPlus } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useCallback, useState } from "react";
import { useWanted } from "../palette/wanted.ts";
import { Button } from "../ui/button.tsx";
import type { MadeLink } from "./link-dialog.tsx";

const InviteForm = dynamic(() => import("./invite-form.tsx").then((module) => module.InviteForm), {
  ssr: false,
});
const LinkDialog = dynamic(() => import("./link-dialog.tsx").then((module) => module.LinkDialog), {
  ssr: false,
});

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
