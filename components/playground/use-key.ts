"use client";
/**
 * The key that the playground calls with. It is in this page's memory and nowhere else: a session key, made for fifteen
 * minutes when the first message is sent and deleted when the page is left, or one that was pasted.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import { useApi } from "../shell/api.tsx";

const SESSION_MS = 15 * 60_000;
/** A key with less than this left is replaced before it is used. */
const SPARE_MS = 60_000;

interface SessionKey {
  readonly secret: string;
  readonly token: string;
  readonly teamId: string;
  readonly endsMs: number;
}

export interface KeyChoice {
  /** Empty: a session key. */
  readonly pasted: string;
  /** Whose budget a session key counts against; empty: the person's own. */
  readonly teamId: string;
}

export interface PlaygroundKey {
  /** The secret to call with. @returns the sentence of a refusal in its place */
  readonly take: () => Promise<{ readonly secret: string } | { readonly refusal: string }>;
  /** When the session key ends; null while there is none. */
  readonly endsMs: number | null;
  readonly end: () => void;
}

export function useKey(userId: string, { pasted, teamId }: KeyChoice): PlaygroundKey {
  const api = useApi();
  const held = useRef<SessionKey | null>(null);
  const [endsMs, setEndsMs] = useState<number | null>(null);
  const end = useCallback(() => {
    const key = held.current;
    if (key === null) return;
    held.current = null;
    setEndsMs(null);
    // Whatever becomes of this, the key ends by itself a few minutes later.
    void api("POST", "/key/delete", { keys: [key.token] }, { keepalive: true });
  }, [api]);
  useEffect(() => {
    window.addEventListener("pagehide", end);
    return () => {
      window.removeEventListener("pagehide", end);
      end();
    };
  }, [end]);
  const take = async () => {
    if (pasted.trim() !== "") return { secret: pasted.trim() };
    const known = held.current;
    if (known !== null && known.teamId === teamId && known.endsMs - Date.now() > SPARE_MS)
      return { secret: known.secret };
    end();
    const bytes = crypto.getRandomValues(new Uint8Array(5));
    const suffix = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const answer = await api("POST", "/key/generate", {
      key_alias: `playground-${suffix}`,
      duration: "15m",
      user_id: userId,
      ...(teamId === "" ? {} : { team_id: teamId }),
      metadata: { made_by: "playground" },
    });
    if (!answer.ok) return { refusal: answer.message };
    const ends = Date.now() + SESSION_MS;
    held.current = {
      secret: String(answer.data["key"]),
      token: String(answer.data["token"]),
      teamId,
      endsMs: ends,
    };
    setEndsMs(ends);
    return { secret: held.current.secret };
  };
  return { take, endsMs, end };
}
