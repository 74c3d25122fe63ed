/** Who is signed in, for pages that were there before the session: set-up after its sign-in, and forms that outlived one. */
import { currentSession } from "../../request.ts";

export const dynamic = "force-dynamic";

export async function GET(request: Request): Promise<Response> {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin")
    return Response.json({ error: { message: "Not from here." } }, { status: 403 });
  const session = await currentSession();
  if (!session) return Response.json({ error: { message: "Nobody is signed in." } }, { status: 401 });
  const { csrf, email, userId } = session;
  return Response.json({ csrf, user_id: userId, email }, { headers: { "cache-control": "no-store" } });
}
