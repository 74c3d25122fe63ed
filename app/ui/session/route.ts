/** Who is signed in, for pages that were there before the session: the set-up page after its sign-in. */
import { currentSession } from "../../request.ts";

export const dynamic = "force-dynamic";

export async function GET(request: Request): Promise<Response> {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin")
    return Response.json({ error: { message: "Not from here." } }, { status: 403 });
  const session = await currentSession();
  if (!session) return Response.json({ error: { message: "Nobody is signed in." } }, { status: 401 });
  return Response.json({ csrf: session.csrf }, { headers: { "cache-control": "no-store" } });
}
