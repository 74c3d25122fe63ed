/**
 * The console, at the door: says where it was asked for and hands the request to the process that makes its pages. While
 * developing, where pages are made anew with every change, Next runs in this very process.
 */
import { Agent, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isTrustedPeer } from "../gateway/address.ts";
import type { GatewayDeps } from "../gateway/context.ts";
import { consoleAwayAnswer } from "./console-away-page.ts";
import { ConsoleChild, type ConsoleChildOptions, type RunningConsole } from "./console-child.ts";
import { relay } from "./console-relay.ts";
import { STATE_HEADER } from "./gateway-state.ts";
import { type LoadNext, openNext } from "./next-handler.ts";
import type { Handler } from "./server.ts";

export interface ConsoleOptions extends ConsoleChildOptions {
  readonly dev: boolean;
  readonly loadNext: LoadNext;
  /** Where the console is asked for. */
  readonly server: () => Server;
}

export interface Console {
  readonly handle: Handler;
  close(): Promise<void>;
}

export function openConsole(options: ConsoleOptions): Console {
  const { deps } = options;
  const { close, handle } = options.dev ? inThisProcess(options) : inItsOwn(options);
  return {
    close,
    handle: async (incoming, outgoing) => {
      try {
        stampOrigin(deps, incoming);
        await handle(incoming, outgoing);
      } catch (error) {
        refuse(deps, incoming, outgoing, error);
      }
    },
  };
}

function inItsOwn(options: ConsoleOptions): Console {
  const child = new ConsoleChild(options);
  const agent = new Agent({ keepAlive: true });
  return {
    handle: async (incoming, outgoing) => {
      const ask = async ({ socket, state }: RunningConsole) => {
        incoming.headers[STATE_HEADER] = String(state);
        await relay({ agent, socket }, incoming, outgoing);
      };
      const running = await child.running();
      try {
        await ask(running);
      } catch (error) {
        // It died under this very request, or had just closed a connection that was kept: reading once more harms nothing.
        if (!isReading(incoming) || outgoing.headersSent || outgoing.destroyed) throw error;
        await child.newsOfItsEnd();
        await ask(await child.running());
      }
    },
    close: async () => {
      await child.close();
      agent.destroy();
    },
  };
}

function isReading({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}

/** Loaded with the first request as well. */
function inThisProcess({ deps, dir, loadNext, server }: ConsoleOptions): Console {
  let handler: Promise<Handler> | null = null;
  return {
    handle: async (incoming, outgoing) => {
      const { publicUrl } = deps.policy().config.console;
      handler ??= openNext({ dir, loadNext, publicUrl, developOn: server() }).catch((error: unknown) => {
        handler = null;
        throw error;
      });
      await (await handler)(incoming, outgoing);
    },
    close: async () => {},
  };
}

/**
 * What pages and cookies are made for: the public address when one is set, else the host that was asked for. What a client
 * says of forwarding counts only through a trusted proxy.
 */
function stampOrigin({ policy }: GatewayDeps, { headers, socket }: IncomingMessage): void {
  const { addresses, config } = policy();
  const { publicUrl } = config.console;
  const proxied = isTrustedPeer(addresses, socket.remoteAddress ?? "");
  const said = proxied && headers["x-forwarded-proto"] === "https" ? "https" : "http";
  const url = publicUrl === null ? null : new URL(publicUrl);
  const host = (proxied ? headers["x-forwarded-host"] : undefined) ?? headers.host ?? "localhost";
  delete headers["x-forwarded-port"];
  headers["x-forwarded-proto"] = url === null ? said : url.protocol.replace(":", "");
  headers["x-forwarded-host"] = url === null ? host : url.host;
}

function refuse(
  { log }: GatewayDeps,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  error: unknown,
): void {
  // Nobody waits for it any more; the other side was told so.
  if (outgoing.destroyed) return;
  log.error({ err: error }, "the console does not answer");
  if (outgoing.headersSent) return void outgoing.destroy();
  const { body, headers } = consoleAwayAnswer(incoming.headers.accept);
  outgoing.writeHead(503, headers);
  outgoing.end(body);
}
