"use client";
/** Opens the question for more budget; its dialog comes with the press. */
import { HandCoins } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "../ui/button.tsx";

const AskDialog = dynamic(() => import("./ask-dialog.tsx").then((module) => module.AskDialog), {
  ssr: false,
});

export interface AskTarget {
  readonly kind: "key" | "user" | "team";
  readonly id: string;
  readonly name: string;
}

export function AskMore({ target }: { target: AskTarget }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <HandCoins aria-hidden /> Ask for more
      </Button>
      {open && <AskDialog target={target} onClose={() => setOpen(false)} />}
    </>
  );
}
