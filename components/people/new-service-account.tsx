"use client";
/** Opens the form of a new service account, which comes with the press. */
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "../ui/button.tsx";
import type { Named } from "./service-account-form.tsx";

const NewServiceAccountForm = dynamic(
  () => import("./service-account-form.tsx").then((module) => module.NewServiceAccountForm),
  { ssr: false },
);

export function NewServiceAccount(props: {
  owners: readonly Named[];
  teams: readonly Named[];
  self: string;
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        <Plus aria-hidden /> New service account
      </Button>
      {open && <NewServiceAccountForm {...props} onClose={() => setOpen(false)} />}
    </>
  );
}
