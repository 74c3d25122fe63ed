"use client";
/** Figures that are asked anew every two seconds while somebody looks at them: not in a hidden tab, and one at a time. */
import { useEffect, useState } from "react";

const EVERY_MS = 2000;

/**
 * @param url what answers with a `T` as JSON
 * @param first what the page was drawn with
 * @param on false: nothing is asked, and the last figures stay
 * @returns the figures, and a sentence while there are no new ones
 */
export function useLive<T>(url: string, first: T, on: boolean): { data: T; fault: string | null } {
  const [data, setData] = useState(first);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    if (!on) return;
    const stop = new AbortController();
    let asking = false;
    const ask = async () => {
      if (document.hidden || asking) return;
      asking = true;
      const answer = await read<T>(url, stop.signal);
      asking = false;
      if (stop.signal.aborted) return;
      if ("fault" in answer) setFault(answer.fault);
      else {
        setFault(null);
        setData(answer.data);
      }
    };
    const look = () => void ask();
    const timer = setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      stop.abort();
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [url, on]);
  return { data, fault };
}

/** The figures, or why there are none. */
async function read<T>(url: string, signal: AbortSignal): Promise<{ data: T } | { fault: string }> {
  try {
    const answer = await fetch(url, { cache: "no-store", signal });
    if (answer.status === 401)
      return { fault: "Your session is over: sign in again. The figures below stand still." };
    if (!answer.ok)
      return { fault: `The gateway answered ${answer.status}; asking again. The figures below stand still.` };
    const data: T = await answer.json();
    return { data };
  } catch {
    // Aborted when the page is left; else the connection is gone, and the next round asks again.
    return { fault: "Connection lost, asking again. The figures below stand still." };
  }
}
