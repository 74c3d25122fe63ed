"use client";
/**
 * Where short messages appear. What draws them comes with the first press of a key or a button, so that it weighs on no
 * page and is there before there is something to say. Without a connection it is asked for again; what was said waits.
 */
import { type ComponentType, useEffect, useState } from "react";
import { isSomethingSaid, onSaid } from "./say.ts";

const ACTS = ["pointerdown", "keydown"] as const;

export function Toasts() {
  const [Toaster, setToaster] = useState<ComponentType | null>(null);
  useEffect(() => {
    if (Toaster) return;
    const load = () => void loaded().then((found) => found && setToaster(() => found));
    const stop = onSaid(load);
    for (const act of ACTS) window.addEventListener(act, load, { passive: true });
    if (isSomethingSaid()) load();
    return () => {
      stop();
      for (const act of ACTS) window.removeEventListener(act, load);
    };
  }, [Toaster]);
  return Toaster && <Toaster />;
}

/** Null when it cannot be had now. */
async function loaded(): Promise<ComponentType | null> {
  try {
    return (await import("./toaster.tsx")).Toaster;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return null;
  }
}
