/** Somebody signed in to the console over HTTP, as a browser is: cookies, pages, and the payloads of a refresh. */

export interface Session {
  /** The cookie header. */
  readonly cookie: string;
}

/** Signs in by e-mail and password. @throws when that fails */
export async function signIn(origin: string, email: string, password: string): Promise<Session> {
  const asked = await fetch(`${origin}/api/auth/csrf`);
  const first = cookiesOf(asked);
  const { csrfToken }: { csrfToken: string } = await asked.json();
  const answer = await fetch(`${origin}/api/auth/callback/credentials`, {
    method: "POST",
    headers: { cookie: first, origin },
    body: new URLSearchParams({ email, password, code: "", callbackUrl: "/ui", csrfToken, json: "true" }),
    redirect: "manual",
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`signing in was answered with ${answer.status}: ${text}`);
  return { cookie: [first, cookiesOf(answer)].filter((part) => part !== "").join("; ") };
}

/** A whole page, to its last byte. @returns its text @throws when it is not answered with 200 */
export async function readPage(
  origin: string,
  path: string,
  { cookie }: Session,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const answer = await fetch(origin + path, { headers: { cookie, ...headers }, redirect: "manual" });
  const text = await answer.text();
  if (answer.status !== 200)
    throw new Error(`${path} was answered with ${answer.status}: ${text.slice(0, 300)}`);
  return text;
}

/** What the console's Refresh sends: it asks for the page as data. */
export const REFRESH = { rsc: "1" } as const;

/** Where a refresh of a page asks: Next adds a hash of its headers to the address, and tells it to whoever has none. */
export async function refreshPath(origin: string, path: string, { cookie }: Session): Promise<string> {
  const answer = await fetch(origin + path, { headers: { cookie, ...REFRESH }, redirect: "manual" });
  await answer.arrayBuffer();
  const to = new URL(answer.headers.get("location") ?? path, origin);
  if (to.pathname !== path) throw new Error(`${path} led to ${to.pathname}`);
  return to.pathname + to.search;
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0] ?? "")
    .join("; ");
}
