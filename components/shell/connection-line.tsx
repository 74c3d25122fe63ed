"use client";
/**
 * A quiet line while the gateway does not answer. It asks again by itself, and the page shows new figures once it is back;
 * a link that was followed meanwhile opens then.
 */
import { useRouter } from "next/navigation";
import { useEffect, useState, useSyncExternalStore } from "react";
import { connectionIsBack, connectionIsLost, isConnectionLost, onConnection, probe } from "./connection.ts";
import { holdLinks } from "./hold-links.ts";

const FIRST_WAIT_S = 4;
const LONGEST_WAIT_S = 16;
/** While nothing else is asked: a gateway that stopped is known before somebody follows a link to it. */
const LOOK_MS = 10_000;

export function ConnectionLine() {
  const lost = useSyncExternalStore(onConnection, isConnectionLost, () => false);
  useEffect(() => (lost ? undefined : lookNowAndThen()), [lost]);
  return <div role="status">{lost && <Lost />}</div>;
}

/** Asks while somebody looks at the page, and when they come back to it. @returns ends it */
function lookNowAndThen(): () => void {
  let ended = false;
  const look = async () => {
    if (document.hidden || (await probe()) || ended) return;
    connectionIsLost();
  };
  const timer = setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);
  return () => {
    ended = true;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

function Lost() {
  const router = useRouter();
  const [wait, setWait] = useState(FIRST_WAIT_S);
  const [left, setLeft] = useState(FIRST_WAIT_S);
  const [held, setHeld] = useState<string | null>(null);
  useEffect(() => holdLinks(setHeld), []);
  useEffect(() => {
    const timer = setTimeout(async () => {
      if (left > 1) return setLeft(left - 1);
      if (await probe()) {
        connectionIsBack();
        return held === null ? router.refresh() : router.push(held);
      }
      const next = Math.min(LONGEST_WAIT_S, wait * 2);
      setWait(next);
      setLeft(next);
    }, 1000);
    return () => clearTimeout(timer);
  }, [held, left, wait, router]);
  const then = held === null ? "" : " The page you asked for opens then.";
  return (
    <p className="border-warn/25 border-b bg-warn-wash px-6 py-2 text-sm text-warn">
      {/* The count is not read out every second: the words beside it are said once. */}
      <span className="sr-only">Connection lost. Nothing you typed is lost.{then}</span>
      <span aria-hidden className="num">
        Connection lost, trying again in {left} s. Nothing you typed is lost.{then}
      </span>
    </p>
  );
}
