"use client";
/** What the gateway finds for the typed text: asked when typing rests, and only the latest answer counts. */
import { useEffect, useState } from "react";
import { useApi } from "../shell/api.tsx";
import { askedText } from "./asked-text.ts";

export interface Finding {
  readonly kind: "key" | "user" | "team" | "model" | "request";
  readonly id: string;
  readonly name: string;
  readonly note: string | null;
  readonly path: string;
}

export interface Findings {
  readonly found: readonly Finding[];
  readonly state: "idle" | "asking" | "done" | "failed";
  /** The typed text is a secret. */
  readonly secret: boolean;
}

const REST_MS = 160;
const LEAST_CHARACTERS = 2;
const NOTHING: readonly Finding[] = [];

export function useFindings(typed: string): Findings {
  const api = useApi();
  const { text, secret } = askedText(typed);
  const worth = text.length >= LEAST_CHARACTERS;
  const [answer, setAnswer] = useState<{ text: string; found: readonly Finding[]; failed: boolean } | null>(
    null,
  );
  useEffect(() => {
    if (!worth) return;
    let current = true;
    const timer = setTimeout(async () => {
      const reply = await api("POST", "/console/search", { text }, { quiet: true });
      if (!current) return;
      const found = reply.ok ? (reply.data["found"] as readonly Finding[]) : NOTHING;
      setAnswer({ text, found, failed: !reply.ok });
    }, REST_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [api, text, worth]);
  if (!worth) return { found: NOTHING, state: "idle", secret };
  if (answer?.text === text) return { found: answer.found, state: answer.failed ? "failed" : "done", secret };
  // What was found before stays while the next answer is on its way, unless it was asked for something else entirely.
  const kept = answer && text.startsWith(answer.text) ? answer.found : NOTHING;
  return { found: kept, state: "asking", secret };
}
