/**
 * One gateway behind both of its mounts, listening: the Node server, and Next's built app without the fast road of
 * server.ts. A contract suite runs over `describe.each(mounts)` and cannot tell which one it talks to.
 */

import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import next from "next";
import { Agent, request } from "undici";
import { shareRuntime } from "#lib/next/runtime.ts";
import { createShinServer } from "#lib/node/server.ts";
import { atEnd } from "./at-end.ts";
import {
  type Answer,
  MASTER_KEY,
  type TestGateway,
  type TestGatewayOptions,
  testGateway,
} from "./gateway.ts";

const ROOT = path.join(import.meta.dirname, "../..");

export interface Sent {
  /** Sent as a bearer token; the master key by default, null for none. */
  readonly key?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export type Send = (method: string, path: string, given?: Sent) => Promise<Answer>;

export interface Mount {
  readonly name: "node" | "next";
  readonly url: string;
  readonly port: number;
  readonly send: Send;
}

export interface MountedGateway extends TestGateway {
  readonly mounts: readonly Mount[];
  readonly node: Mount;
}

/** A gateway on both mounts; all is closed when the file's tests are done. */
export async function mountedGateway(options: TestGatewayOptions = {}): Promise<MountedGateway> {
  const gateway = await testGateway(options);
  const node = await nodeMount(gateway);
  return { ...gateway, node, mounts: [node, await nextMount(gateway)] };
}

/** A gateway on the Node mount alone. */
export async function listeningGateway(
  options: TestGatewayOptions = {},
): Promise<TestGateway & { node: Mount }> {
  const gateway = await testGateway(options);
  return { ...gateway, node: await nodeMount(gateway) };
}

function nodeMount(gateway: TestGateway): Promise<Mount> {
  const server = createShinServer({
    gateway: gateway.runtime.gateway,
    console: (_, response) => void response.writeHead(404).end(),
  });
  return listen("node", server);
}

async function nextMount(gateway: TestGateway): Promise<Mount> {
  if (!existsSync(path.join(ROOT, ".next", "BUILD_ID"))) {
    const { build } = await import("../../scripts/prepare.js");
    await build();
  }
  shareRuntime(gateway.runtime);
  const app = next({ dev: false, dir: ROOT, quiet: true });
  await app.prepare();
  const handle: RequestListener = app.getRequestHandler();
  atEnd(() => app.close());
  // As the door does: what a client says about its own address goes, the socket's word takes its place.
  const server = createServer((incoming, response) => {
    for (const name of Object.keys(incoming.headers))
      if (name.startsWith("x-shin-")) delete incoming.headers[name];
    incoming.headers["x-shin-peer"] = incoming.socket.remoteAddress ?? "";
    handle(incoming, response);
  });
  return listen("next", server);
}

async function listen(name: Mount["name"], server: Server): Promise<Mount> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const agent = new Agent();
  atEnd(async () => {
    await agent.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${port}`;
  return { name, url, port, send: (method, where, given = {}) => send(agent, url + where, method, given) };
}

async function send(agent: Agent, url: string, method: string, given: Sent): Promise<Answer> {
  const { key = MASTER_KEY, body, headers = {}, signal } = given;
  const raw = typeof body === "string" || Buffer.isBuffer(body);
  const response = await request(url, {
    dispatcher: agent,
    method: method as "GET",
    headers: { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...headers },
    ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  const text = await response.body.text();
  const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
  return {
    status: response.statusCode,
    headers: Object.fromEntries(flat),
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}
