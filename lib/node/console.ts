/** The console: Next, loaded with the first request for it, so that a gateway nobody looks at pays nothing for it. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Log } from "../log.ts";
import type { Handler } from "./server.ts";

export interface ConsoleOptions {
  /** Where `app/` and `.next/` are. */
  readonly dir: string;
  readonly dev: boolean;
  readonly log: Log;
  /** Loads Next. Passed in: the product itself knows no framework. */
  readonly loadNext: () => Promise<{
    default: (options: { dev: boolean; dir: string; quiet: boolean }) => NextApp;
  }>;
}

interface NextApp {
  prepare(): Promise<void>;
  getRequestHandler(): Handler;
}

export function openConsole(options: ConsoleOptions): Handler {
  let handler: Promise<Handler> | null = null;
  return async (incoming, outgoing) => {
    try {
      handler ??= load(options);
      await (await handler)(incoming, outgoing);
    } catch (error) {
      handler = null;
      options.log.error({ err: error }, "the console does not answer");
      if (outgoing.headersSent) return void outgoing.destroy();
      outgoing.writeHead(503, { "content-type": "text/plain; charset=utf-8", "retry-after": "5" });
      outgoing.end("The console is not available. The gateway itself works; its log says more.\n");
    }
  };
}

async function load({ dev, dir, loadNext }: ConsoleOptions): Promise<Handler> {
  if (!dev && !existsSync(path.join(dir, ".next", "BUILD_ID")))
    throw new Error("it is not built: run npm run build");
  const { default: next } = await loadNext();
  const app = next({ dev, dir, quiet: true });
  await app.prepare();
  const handle = app.getRequestHandler();
  return (incoming, outgoing) => handle(incoming, outgoing);
}
