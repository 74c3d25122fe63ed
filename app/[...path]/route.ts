/** The serverless mount: every path that no page serves goes to the very same gateway. */
import { serveWeb } from "#lib/next/mount.ts";

export const dynamic = "force-dynamic";

export const GET = serveWeb;
export const HEAD = serveWeb;
export const POST = serveWeb;
export const PUT = serveWeb;
export const PATCH = serveWeb;
export const DELETE = serveWeb;
export const OPTIONS = serveWeb;
