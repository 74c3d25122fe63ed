"use client";
/** Places a legal hold or a restriction of processing. */
import { Lock } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "../ui/button.tsx";

// It comes when it is asked for: a list of holds needs no form.
const HoldDialog = dynamic(() => import("./hold-dialog.tsx").then((module) => module.HoldDialog), {
  ssr: false,
});

/** @param today `2026-11-23`. @param latest the last day on which a hold may be reviewed */
export function PlaceHold({ today, latest }: { today: string; latest: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        <Lock aria-hidden /> Place a hold
      </Button>
      {open && <HoldDialog today={today} latest={latest} onClose={() => setOpen(false)} />}
    </>
  );
}
