"use client";
/** The admin API from the browser: the session's CSRF token on every request, and errors as sentences with their id. */
import { createContext, type ReactNode, useContext, useMemo } from "react";

export interface ApiFailure {
  readonly ok: false;
  readonly status: number;
  readonly message: string;
  /** The field at fault. */
  readonly param: string | null;
  readonly requestId: string | null;
  /** The session is over: sign in again. */
  readonly signedOut: boolean;
}

export type ApiAnswer = { readonly ok: true; readonly data: Record<string, unknown> } | ApiFailure;

export type Api = (
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: Record<string, unknown>,
  options?: RequestOptions,
) => Promise<ApiAnswer>;

export interface RequestOptions {
  /** The request outlives the page that sends it. */
  readonly keepalive?: boolean;
}

const Token = createContext("");

export function ApiProvider({ csrf, children }: { csrf: string; children: ReactNode }) {
  return <Token value={csrf}>{children}</Token>;
}

export function useApi(): Api {
  const token = useContext(Token);
  return useMemo(() => (method, path, body, options) => request(token, method, path, body, options), [token]);
}

interface ErrorBody {
  readonly error?: {
    readonly message?: string;
    readonly param?: string | null;
    readonly request_id?: string;
    readonly reason?: string;
  };
}

/** Sends once more with the token of the session of now, when the page's own is over and another was begun since. */
export async function request(
  token: string,
  method: string,
  path: string,
  body?: Record<string, unknown>,
  options: RequestOptions = {},
): Promise<ApiAnswer> {
  const answer = await send(token, method, path, body, options);
  if (answer.ok || !(answer.signedOut || answer.param === "x-csrf-token")) return answer;
  const fresh = await freshToken();
  return fresh === null || fresh === token ? answer : send(fresh, method, path, body, options);
}

/** The CSRF token of whoever is signed in now; null when nobody is, or nobody can say. */
async function freshToken(): Promise<string | null> {
  try {
    const answer = await fetch("/ui/session", { cache: "no-store" });
    if (!answer.ok) return null;
    const { csrf }: { csrf: string } = await answer.json();
    return csrf;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    return null;
  }
}

async function send(
  token: string,
  method: string,
  path: string,
  body: Record<string, unknown> | undefined,
  { keepalive = false }: RequestOptions,
): Promise<ApiAnswer> {
  try {
    const answer = await fetch(path, {
      method,
      keepalive,
      cache: "no-store",
      headers: { "x-csrf-token": token, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const data: Record<string, unknown> & ErrorBody = await answer.json();
    if (answer.ok) return { ok: true, data };
    return {
      ok: false,
      status: answer.status,
      message: data.error?.message ?? `The gateway answered ${answer.status}.`,
      param: data.error?.param ?? null,
      requestId: data.error?.request_id ?? answer.headers.get("x-request-id"),
      signedOut: answer.status === 401,
    };
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    const message = "The gateway cannot be reached. Nothing you typed is lost; try again.";
    return { ok: false, status: 0, message, param: null, requestId: null, signedOut: false };
  }
}
