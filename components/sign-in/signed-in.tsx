"use client";
/** Tells the page that waits for it, and closes the window. */
import { useEffect } from "react";
import { SIGNED_IN } from "../shell/auth-client.ts";

export function SignedIn() {
  useEffect(() => {
    const channel = new BroadcastChannel(SIGNED_IN);
    channel.postMessage("done");
    channel.close();
    window.close();
  }, []);
  return null;
}
