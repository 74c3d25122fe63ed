/** What goes to the console's process and comes back arrives as it was sent, and whoever leaves is noticed on the other side. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent, createServer, type RequestListener, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { relay } from "#lib/node/console-relay.ts";
import { temporaryFolder, until } from "#test/helpers/house.ts";

/** A door in front of a console; what the relay threw stands in `thrown`. */
async function relayed(console: RequestListener | null): Promise<{ port: number; thrown: unknown[] }> {
  const socket = join(await temporaryFolder(), "console.sock");
  if (console) await listen(createServer(console), socket);
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const thrown: unknown[] = [];
  const door = createServer((incoming, outgoing) => {
    relay({ agent, socket }, incoming, outgoing).catch((error: unknown) => {
      thrown.push(error);
      outgoing.destroy();
    });
  });
  await listen(door, 0);
  return { port: (door.address() as AddressInfo).port, thrown };
}

async function listen(server: Server, where: string | number): Promise<void> {
  server.listen(where);
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
}

test("headers and bodies of any size pass as they are, and what belongs to a connection does not", async () => {
  const sent = randomBytes(3_000_000);
  let heard: Record<string, unknown> = {};
  const { port } = await relayed(async (incoming, outgoing) => {
    heard = incoming.headers;
    const body = await buffer(incoming);
    outgoing.writeHead(201, "Made", [
      ...["Set-Cookie", "a=1", "Set-Cookie", "b=2", "X-Kept", "Some Value", "Keep-Alive", "timeout=9"],
    ]);
    for (let times = 0; times < 5; times++) outgoing.write(body);
    outgoing.end();
  });
  const asked = request({
    port,
    method: "POST",
    path: "/ui/x?y=%20z",
    headers: { host: "console.test", "x-own": "1", te: "trailers", connection: "close" },
  });
  asked.end(sent);
  const [answer] = await once(asked, "response");
  const body = await buffer(answer);
  expect([answer.statusCode, answer.statusMessage]).toEqual([201, "Made"]);
  expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
  expect(answer.rawHeaders).toContain("X-Kept");
  expect(answer.headers["keep-alive"]).not.toBe("timeout=9");
  expect(body.equals(Buffer.concat([sent, sent, sent, sent, sent]))).toBe(true);
  expect(heard).toMatchObject({ host: "console.test", "x-own": "1" });
  expect(heard["te"]).toBeUndefined();
});

test("a client that leaves ends the console's work for it", async () => {
  let left = false;
  const { port } = await relayed((_, outgoing) => {
    outgoing.write("the first of many");
    outgoing.once("close", () => {
      left = true;
    });
  });
  const asked = request({ port, path: "/ui/keys" });
  asked.on("error", () => undefined);
  asked.end();
  const [answer] = await once(asked, "response");
  await once(answer, "data");
  asked.destroy();
  await until("the console heard of it", () => left);
});

test("half an answer does not look like a whole one", async () => {
  const { port } = await relayed((_, outgoing) => {
    outgoing.write("half a page", () => outgoing.destroy());
  });
  const asked = request({ port, path: "/ui/keys" });
  asked.end();
  const [answer] = await once(asked, "response");
  await expect(buffer(answer)).rejects.toThrow("aborted");
});

test("without a console the caller is told, and nothing was said to the client", async () => {
  const { port, thrown } = await relayed(null);
  const asked = request({ port, path: "/ui/keys" });
  asked.end();
  await expect(once(asked, "response")).rejects.toThrow("socket hang up");
  expect(thrown).toEqual([expect.objectContaining({ code: "ENOENT" })]);
});
