"use client";
/** An act that was asked for on one page and happens on another: whoever does it takes it when it is there. */
import { useEffect } from "react";

let wanted: string | null = null;
const takers = new Map<string, () => void>();

/** Asks for an act; @returns true when it is done here and now, false when the next page that does it will. */
export function want(act: string): boolean {
  const taker = takers.get(act);
  if (taker) taker();
  else wanted = act;
  return taker !== undefined;
}

/** This component does that act. */
export function useWanted(act: string, run: () => void): void {
  useEffect(() => {
    takers.set(act, run);
    if (wanted === act) {
      wanted = null;
      run();
    }
    return () => {
      if (takers.get(act) === run) takers.delete(act);
    };
  }, [act, run]);
}
