/** Signing in and out from the browser: next-auth's endpoints, each with its own CSRF token. */

export type SignInOutcome =
  | "ok"
  | "wrong"
  | "code_required"
  | "code_wrong"
  | "too_many"
  | "address"
  | "unreachable";

/** The channel on which a window that signed in says so to the page that waits. */
export const SIGNED_IN = "shin.signed-in";

const OUTCOMES: readonly SignInOutcome[] = ["wrong", "code_required", "code_wrong", "too_many"];

async function csrf(): Promise<string> {
  const answer = await fetch("/api/auth/csrf", { cache: "no-store" });
  const { csrfToken }: { csrfToken: string } = await answer.json();
  return csrfToken;
}

async function post(path: string, fields: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams({ ...fields, csrfToken: await csrf(), json: "true" });
  return fetch(path, { method: "POST", body, cache: "no-store" });
}

export async function signIn(email: string, password: string, code: string): Promise<SignInOutcome> {
  try {
    const answer = await post("/api/auth/callback/credentials", {
      email,
      password,
      code,
      callbackUrl: "/ui",
    });
    if (answer.ok) return "ok";
    if (answer.status === 403) return "address";
    const { url }: { url?: string } = await answer.json();
    const error = url ? new URL(url, window.location.origin).searchParams.get("error") : null;
    return OUTCOMES.find((outcome) => outcome === error) ?? (answer.status === 401 ? "wrong" : "unreachable");
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return "unreachable";
    throw error;
  }
}

/** Where the identity provider's own page is, or null when it cannot be reached. */
export async function providerUrl(callbackUrl: string): Promise<string | null> {
  try {
    const answer = await post("/api/auth/signin/oidc", { callbackUrl });
    const { url }: { url?: string } = await answer.json();
    return url ?? null;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return null;
    throw error;
  }
}

export async function signOut(): Promise<boolean> {
  try {
    return (await post("/api/auth/signout", {})).ok;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
