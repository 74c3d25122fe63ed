/** A runtime behind the port: gateway and console on one listening server. */
import { once } from "node:events";
import type { Server } from "node:http";
import type { Log } from "../log.ts";
import { shareRuntime } from "../next/runtime.ts";
import type { Runtime } from "../runtime.ts";
import { type ConsoleOptions, openConsole } from "./console.ts";
import { createShinServer } from "./server.ts";

export interface ServePortOptions extends Omit<ConsoleOptions, "log"> {
  readonly runtime: Runtime;
  readonly host: string;
  readonly port: number;
  readonly log: Log;
}

/** @throws the system's error when the port cannot be had */
export async function servePort(options: ServePortOptions): Promise<Server> {
  const { dev, dir, loadNext, log, runtime } = options;
  shareRuntime(runtime);
  const server: Server = createShinServer({
    gateway: runtime.gateway,
    console: openConsole({ dir, dev, log, loadNext, server: () => server }),
  });
  // The door lets no connection be upgraded; Next's own while developing is the exception.
  if (dev) server.removeAllListeners("upgrade");
  server.listen(options.port, options.host);
  await once(server, "listening");
  return server;
}
