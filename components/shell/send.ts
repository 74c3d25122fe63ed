/** One request to the gateway from the browser: errors as sentences with their id, a lost connection as an answer. */
import { connectionIsBack, connectionIsLost } from "./connection.ts";

export interface ApiFailure {
  readonly ok: false;
  /** 0: no answer came. */
  readonly status: number;
  readonly message: string;
  /** The field at fault. */
  readonly param: string | null;
  readonly requestId: string | null;
  /** The session is over: sign in again. */
  readonly signedOut: boolean;
  /** What else the error says, by name. */
  readonly more: Readonly<Record<string, unknown>>;
}

export type ApiAnswer = { readonly ok: true; readonly data: Record<string, unknown> } | ApiFailure;

export interface RequestOptions {
  /** The request outlives the page that sends it. */
  readonly keepalive?: boolean;
  /** Asked by the page itself: nobody is bothered with signing in for it. */
  readonly quiet?: boolean;
}

/** Who is signed in now. */
export interface SessionNow {
  readonly csrf: string;
  readonly user_id: string;
  readonly email: string;
}

/** Whose page this is. */
export interface PageOwner {
  readonly userId: string;
  readonly email: string;
  /** What the identity provider is called; null when there is none. */
  readonly provider: string | null;
  /** They can sign in with a password. */
  readonly hasPassword: boolean;
}

/** The token to send with; null while somebody else, or nobody, is signed in: their session must not send what this person typed. */
export function ownersToken(now: SessionNow | null, owner: PageOwner): string | null {
  return now?.user_id === owner.userId ? now.csrf : null;
}

interface ErrorBody {
  readonly error?: Readonly<Record<string, unknown>> & {
    readonly message?: string;
    readonly param?: string | null;
    readonly request_id?: string;
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
  if (!isStale(answer)) return answer;
  const now = await sessionNow();
  return now === null || now.csrf === token ? answer : send(now.csrf, method, path, body, options);
}

/** True for what a new session would answer otherwise. */
export function isStale(answer: ApiAnswer): boolean {
  return !answer.ok && (answer.signedOut || answer.param === "x-csrf-token");
}

/** Null when nobody is signed in, or nobody can say. */
export async function sessionNow(): Promise<SessionNow | null> {
  try {
    const answer = await fetch("/ui/session", { cache: "no-store" });
    if (!answer.ok) return null;
    return await answer.json();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    return null;
  }
}

export async function send(
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
    connectionIsBack();
    if (answer.ok) return { ok: true, data };
    return {
      ok: false,
      status: answer.status,
      message: data.error?.message ?? `The gateway answered ${answer.status}.`,
      param: data.error?.param ?? null,
      requestId: data.error?.request_id ?? answer.headers.get("x-request-id"),
      signedOut: answer.status === 401,
      more: data.error ?? {},
    };
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    connectionIsLost();
    const message = "The gateway cannot be reached. Nothing you typed is lost; try again.";
    return { ok: false, status: 0, message, param: null, requestId: null, signedOut: false, more: {} };
  }
}
