"use client";
/**
 * The admin API from the browser. When the session ends in the middle of something, the person signs in again where they
 * are and the request goes out once more: as the same person, or not at all.
 */
import dynamic from "next/dynamic";
import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";
import {
  type ApiAnswer,
  isStale,
  ownersToken,
  type PageOwner,
  type RequestOptions,
  send,
  sessionNow,
} from "./send.ts";

export type { ApiAnswer, ApiFailure } from "./send.ts";

const SignInAgain = dynamic(() => import("./sign-in-again.tsx").then((module) => module.SignInAgain), {
  ssr: false,
});

export type Api = (
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: Record<string, unknown>,
  options?: RequestOptions,
) => Promise<ApiAnswer>;

const Context = createContext<Api | null>(null);

export function ApiProvider({
  csrf,
  owner,
  children,
}: {
  csrf: string;
  owner: PageOwner;
  children: ReactNode;
}) {
  const token = useRef(csrf);
  const [asking, setAsking] = useState<Asking | null>(null);
  const waiting = useRef<Promise<string | null> | null>(null);
  const ask = useCallback((other: string | null) => {
    // However many requests found the session over, it is asked for once.
    waiting.current ??= new Promise<string | null>((resolve) => setAsking({ other, resolve })).finally(() => {
      waiting.current = null;
      setAsking(null);
    });
    return waiting.current;
  }, []);
  const api = useCallback<Api>(
    async (method, path, body, options = {}) => {
      const answer = await send(token.current, method, path, body, options);
      if (!isStale(answer)) return answer;
      const now = await sessionNow();
      const own = ownersToken(now, owner);
      if (own === null && (options.quiet || options.keepalive)) return answer;
      const fresh = own ?? (await ask(now?.email ?? null));
      if (fresh === null || fresh === token.current) return answer;
      token.current = fresh;
      return send(fresh, method, path, body, options);
    },
    [ask, owner],
  );
  return (
    <Context value={api}>
      {children}
      {asking && <SignInAgain owner={owner} other={asking.other} onDone={asking.resolve} />}
    </Context>
  );
}

/** On pages that need no session (set-up, invitations, certificates) requests carry no token. */
export function useApi(): Api {
  return useContext(Context) ?? withoutSession;
}

const withoutSession: Api = (method, path, body, options = {}) => send("", method, path, body, options);

interface Asking {
  /** Who else is signed in by now. */
  readonly other: string | null;
  /** @param token of the new session; null: the person would not */
  readonly resolve: (token: string | null) => void;
}
