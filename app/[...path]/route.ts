/** The serverless mount: every path that no page serves goes to the very same gateway. */
import { after } from "next/server";
import { serveWeb } from "#lib/next/mount.ts";

export const dynamic = "force-dynamic";

const serve = (request: Request): Promise<Response> => serveWeb(request, after);

export const GET = serve;
export const HEAD = serve;
export const POST = serve;
export const PUT = serve;
export const PATCH = serve;
export const DELETE = serve;
export const OPTIONS = serve;
