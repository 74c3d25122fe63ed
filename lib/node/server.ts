/** The listening server: the door in front of gateway and console. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Gateway } from "../gateway/gateway.ts";
import { newId } from "../ids.ts";
import { refusedAtDoor } from "./console-door.ts";
import { serve } from "./http.ts";

export type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void | Promise<void>;

export interface ServerOptions {
  readonly gateway: Gateway;
  /** Everything that is not the gateway's: the console. */
  readonly console: Handler;
}

const BAD_REQUEST = [400, "Bad Request"] as const;
/** What Node's parser and timers find, by their codes; anything else is a bad request. */
const REFUSALS: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout"],
};

/** A server that does not listen yet. */
export function createShinServer(options: ServerOptions): Server {
  const server = createServer(
    {
      // A peer has this long for its headers, and for its whole request.
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      connectionsCheckingInterval: 5_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16 * 1024,
      // Of two Host or Authorization headers nobody knows which one a proxy in front looked at.
      joinDuplicateHeaders: false,
      // Refused below, with a body; Node's own refusal has none.
      requireHostHeader: false,
      noDelay: true,
    },
    (incoming, outgoing) => {
      // The port is closed, this gateway is stopping: the answer ends its connection.
      if (!server.listening) outgoing.shouldKeepAlive = false;
      void route(options, incoming, outgoing);
    },
  );
  server.on("upgrade", (_, socket) => socket.destroy());
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
    const [status, reason] = REFUSALS[error.code ?? ""] ?? BAD_REQUEST;
    const { body, headers } = refusal(status, `${reason}.`);
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${reason}\r\n${head.join("")}\r\n${body}`);
  });
  return server;
}

function route(
  options: ServerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void | Promise<void> {
  const url = incoming.url ?? "/";
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  if (!url.startsWith("/") || isAmbiguous(incoming))
    return refuse(outgoing, 400, "The request line or its headers are ambiguous.");
  if (!belongsToConsole(path) || options.gateway.owns(path))
    return serve(options.gateway, incoming, outgoing);
  const refused = refusedAtDoor(incoming, path);
  if (refused !== null) return refuse(outgoing, refused.status, refused.message);
  for (const name of Object.keys(incoming.headers))
    if (name.startsWith("x-shin-")) delete incoming.headers[name];
  incoming.headers["x-shin-peer"] = incoming.socket.remoteAddress ?? "";
  return options.console(incoming, outgoing);
}

function belongsToConsole(path: string): boolean {
  return (
    path === "/" ||
    path === "/ui" ||
    path.startsWith("/ui/") ||
    path === "/docs" ||
    path.startsWith("/docs/") ||
    path.startsWith("/_next/") ||
    path.startsWith("/api/auth/") ||
    path === "/favicon.ico"
  );
}

function isAmbiguous(incoming: IncomingMessage): boolean {
  let hosts = 0;
  let authorizations = 0;
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    const name = incoming.rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts += 1;
    else if (name?.length === 13 && name.toLowerCase() === "authorization") authorizations += 1;
  }
  return hosts > 1 || authorizations > 1 || (hosts === 0 && incoming.httpVersion === "1.1");
}

function refuse(outgoing: ServerResponse, status: number, message: string): void {
  const { body, headers } = refusal(status, message);
  outgoing.writeHead(status, headers);
  outgoing.end(body);
}

/** The answer to what never reaches the gateway, in the gateway's own shape. */
function refusal(status: number, message: string): { body: string; headers: Record<string, string> } {
  const id = newId("req", Date.now());
  const type = status === 404 ? "not_found_error" : "invalid_request_error";
  const body = JSON.stringify({
    error: { message, type, param: null, code: String(status), request_id: id },
  });
  return {
    body,
    headers: {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      "x-request-id": id,
      "x-litellm-call-id": id,
      "cache-control": "no-store",
      connection: "close",
    },
  };
}
