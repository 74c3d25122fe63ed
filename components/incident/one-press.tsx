"use client";
/** A button that sends one change with a reason: lift a freeze, approve, close. Its dialog comes when it is pressed. */
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "../ui/button.tsx";

const OnePressDialog = dynamic(
  () => import("./one-press-dialog.tsx").then((module) => module.OnePressDialog),
  { ssr: false },
);

export interface OnePressProps {
  readonly label: string;
  readonly title: string;
  readonly description: string;
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** The body's field for what is typed; null: nothing is asked. */
  readonly reasonField: string | null;
  /** Said when it is done. */
  readonly done: string;
}

export function OnePress(props: OnePressProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{props.label}</Button>
      {open && <OnePressDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}
