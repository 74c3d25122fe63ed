/** Next, loaded: the handler that renders the console's pages. */
import { existsSync } from "node:fs";
import type { Server } from "node:http";
import path from "node:path";
import { prepareConsoleProcess } from "../config/console-process.ts";
import type { Handler } from "./server.ts";

interface NextOptions {
  readonly dev: boolean;
  readonly dir: string;
  readonly quiet: boolean;
  readonly httpServer?: Server;
}

interface NextApp {
  prepare(): Promise<void>;
  getRequestHandler(): Handler;
}

/** Loads Next. Passed in: the product itself knows no framework. */
export type LoadNext = () => Promise<{ default: (options: NextOptions) => NextApp }>;

export interface NextHandlerOptions {
  /** Where `app/` and `.next/` are. */
  readonly dir: string;
  readonly loadNext: LoadNext;
  readonly publicUrl: string | null;
  /** In development: Next's pages wait for a WebSocket of its own before they come alive. Absent: the built console. */
  readonly developOn?: Server;
}

/** @throws when the console is not built */
export async function openNext({
  developOn,
  dir,
  loadNext,
  publicUrl,
}: NextHandlerOptions): Promise<Handler> {
  if (!developOn && !existsSync(path.join(dir, ".next", "BUILD_ID")))
    throw new Error("it is not built: run npm run build");
  prepareConsoleProcess(publicUrl);
  const { default: next } = await loadNext();
  const app = next({
    dev: developOn !== undefined,
    dir,
    quiet: true,
    ...(developOn ? { httpServer: developOn } : {}),
  });
  await app.prepare();
  const handle = app.getRequestHandler();
  return (incoming, outgoing) => handle(incoming, outgoing);
}
