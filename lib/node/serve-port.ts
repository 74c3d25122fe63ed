/** A runtime behind the port: gateway and console on one listening server. */
import { once } from "node:events";
import type { Server } from "node:http";
import { shareRuntime } from "../next/runtime.ts";
import type { Runtime } from "../runtime.ts";
import { type Console, type ConsoleOptions, openConsole } from "./console.ts";
import { createShinServer } from "./server.ts";

export interface ServePortOptions extends Omit<ConsoleOptions, "deps" | "server"> {
  readonly runtime: Runtime;
  readonly host: string;
  readonly port: number;
}

export interface Served {
  readonly server: Server;
  readonly console: Console;
}

/** @throws the system's error when the port cannot be had */
export async function servePort(options: ServePortOptions): Promise<Served> {
  const { dev, host, port, runtime } = options;
  const console = openConsole({ ...options, deps: runtime.deps, server: () => server });
  const server: Server = createShinServer({ gateway: runtime.gateway, console: console.handle });
  if (dev) {
    // Pages are made in this process.
    shareRuntime(runtime);
    // The door lets no connection be upgraded; Next's own while developing is the exception.
    server.removeAllListeners("upgrade");
  }
  server.listen(port, host);
  await once(server, "listening");
  return { server, console };
}
