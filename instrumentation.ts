/** What goes wrong while a page is made: into the gateway's own log, with the id that the page shows to quote. */
import type { Instrumentation } from "next";

export const onRequestError: Instrumentation.onRequestError = async (error, request, context) => {
  // Next also bundles this file for its edge runtime, which has none of what the gateway is made of.
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { gatewayRuntime } = await import("#lib/next/runtime.ts");
  const { deps } = await gatewayRuntime();
  const digest = typeof error === "object" && error !== null && "digest" in error ? error.digest : undefined;
  deps.log.error(
    {
      err: error,
      digest,
      method: request.method,
      path: request.path.split("?", 1)[0],
      route: context.routePath,
    },
    "a page of the console failed",
  );
};
