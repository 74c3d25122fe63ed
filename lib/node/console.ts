/** The console: Next, loaded with the first request for it, so that a gateway nobody looks at pays nothing for it. */
import { existsSync } from "node:fs";
import type { IncomingMessage, Server } from "node:http";
import path from "node:path";
import { prepareConsoleProcess } from "../config/console-process.ts";
import { isTrustedPeer } from "../gateway/address.ts";
import type { Log } from "../log.ts";
import { gatewayRuntime } from "../next/runtime.ts";
import { consoleAssets } from "./console-assets.ts";
import type { Handler } from "./server.ts";

export interface ConsoleOptions {
  /** Where `app/` and `.next/` are. */
  readonly dir: string;
  readonly dev: boolean;
  readonly log: Log;
  /** Loads Next. Passed in: the product itself knows no framework. */
  readonly loadNext: () => Promise<{
    default: (options: { dev: boolean; dir: string; quiet: boolean; httpServer?: Server }) => NextApp;
  }>;
}

export interface ConsoleParts extends ConsoleOptions {
  /** In development alone: Next's pages wait for a WebSocket of its own before they come alive. */
  readonly server?: () => Server;
}

interface NextApp {
  prepare(): Promise<void>;
  getRequestHandler(): Handler;
}

export function openConsole(options: ConsoleParts): Handler {
  let handler: Promise<Handler> | null = null;
  return async (incoming, outgoing) => {
    try {
      await stampOrigin(incoming);
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

/**
 * What pages and cookies are made for: the public address when one is set, else the host that was asked for. What a client
 * says of forwarding counts only through a trusted proxy.
 */
async function stampOrigin({ headers, socket }: IncomingMessage): Promise<void> {
  const { deps } = await gatewayRuntime();
  const { addresses, config } = deps.policy();
  const { publicUrl } = config.console;
  const proxied = isTrustedPeer(addresses, socket.remoteAddress ?? "");
  const said = proxied && headers["x-forwarded-proto"] === "https" ? "https" : "http";
  const url = publicUrl === null ? null : new URL(publicUrl);
  const host = (proxied ? headers["x-forwarded-host"] : undefined) ?? headers.host ?? "localhost";
  delete headers["x-forwarded-port"];
  headers["x-forwarded-proto"] = url === null ? said : url.protocol.replace(":", "");
  headers["x-forwarded-host"] = url === null ? host : url.host;
}

async function load({ dev, dir, loadNext, server }: ConsoleParts): Promise<Handler> {
  if (!dev && !existsSync(path.join(dir, ".next", "BUILD_ID")))
    throw new Error("it is not built: run npm run build");
  const { deps } = await gatewayRuntime();
  prepareConsoleProcess(deps.policy().config.console.publicUrl);
  const { default: next } = await loadNext();
  const app = next({ dev, dir, quiet: true, ...(dev && server ? { httpServer: server() } : {}) });
  await app.prepare();
  const handle = app.getRequestHandler();
  if (dev) return (incoming, outgoing) => handle(incoming, outgoing);
  const serveAsset = consoleAssets(dir);
  return async (incoming, outgoing) => {
    if (!(await serveAsset(incoming, outgoing))) await handle(incoming, outgoing);
  };
}
