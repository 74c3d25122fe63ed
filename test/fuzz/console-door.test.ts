/** The console's paths take a page's GET and a sign-in's few bytes. If it fails, anybody can make Next read 25 MB, or a method it does not expect. */
import { once } from "node:events";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { isRouterState } from "#lib/node/router-state.ts";
import { createShinServer } from "#lib/node/server.ts";
import { fc } from "#test/helpers/fast-check.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const { runtime } = await testGateway();
let reached = 0;
const server = createShinServer({
  gateway: runtime.gateway,
  console: (_incoming, outgoing) => {
    reached += 1;
    outgoing.end("page");
  },
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
afterAll(() => server.close());

/** @returns the status, and whether the console was asked */
async function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: string | null = null,
): Promise<[status: number, reached: boolean]> {
  const before = reached;
  const sent = request({ host: "127.0.0.1", port, method, path, headers });
  sent.on("error", () => "the server need not hear the rest");
  sent.end(body ?? undefined);
  const [answer] = await once(sent, "response");
  answer.resume();
  return [answer.statusCode, reached > before];
}

test.each(["TRACE", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"])(
  "%s of a page is no way in",
  async (method) => {
    for (const path of ["/", "/ui", "/ui/keys", "/docs", "/_next/static/x.js", "/favicon.ico"])
      expect([path, ...(await ask(method, path))]).toEqual([path, 405, false]);
  },
);

test("a sign-in has a length, a small one, and is not packed", async () => {
  const path = "/api/auth/callback/credentials";
  expect(await ask("POST", path, { "content-length": "2" }, "{}")).toEqual([200, true]);
  expect(await ask("POST", path, { "content-length": "25000000" })).toEqual([413, false]);
  expect(await ask("POST", path, { "transfer-encoding": "chunked" }, "{}")).toEqual([411, false]);
  for (const coding of ["gzip", "br", "GZIP", "identity, gzip"])
    expect(await ask("POST", path, { "content-encoding": coding, "content-length": "2" }, "{}")).toEqual([
      415,
      false,
    ]);
});

test("pages and their parts are read as before; actions, images and data of Next are not there", async () => {
  for (const path of ["/ui", "/ui/keys?range=7d", "/_next/static/x.js", "/api/auth/session"])
    for (const method of ["GET", "HEAD"]) expect(await ask(method, path)).toEqual([200, true]);
  expect(await ask("GET", "/ui/keys", { "next-action": "x" })).toEqual([404, false]);
  for (const path of ["/_next/image?url=/x&w=16&q=1", "/_next/data/x/ui.json"])
    expect(await ask("GET", path)).toEqual([404, false]);
});

test("a path that encodes no text is answered here as well", async () => {
  for (const path of ["/ui/%", "/ui/keys/%ff%fe", "/docs/%c0%af", "/_next/static/%e2%28", "/api/auth/%zz"])
    expect([path, ...(await ask("GET", path))]).toEqual([path, 400, false]);
  expect(await ask("GET", "/ui/keys/%E2%82%AC")).toEqual([200, true]);
});

const tree = (state: unknown) => encodeURIComponent(JSON.stringify(state));
const PAGE = ["", { children: ["ui", { children: [["id", "key_1", "d", null], {}, null, "refetch"] }] }];
const deep = (levels: number, end: string) => '["",{"a":'.repeat(levels) + end + "}]".repeat(levels);

test("a router state that Next cannot read is answered here, in our own words, and Next never sees it", async () => {
  for (const state of [
    ...["", "x", "%", "%7B", "{}", "null", "[]", '"ui"', `${tree(PAGE)}, ${tree(PAGE)}`],
    ...[
      ["", null],
      ["", { a: 1 }],
      [1, {}],
      ["", {}, "x"],
      ["", {}, null, "other"],
    ].map(tree),
    ...[
      ["", {}, null, null, "1"],
      ["", {}, null, null, 1, "x", 7],
      [["id", "k", "z", null], {}],
    ].map(tree),
    encodeURIComponent(deep(300, "[")),
  ])
    expect([state, ...(await ask("GET", "/ui/keys", { rsc: "1", "next-router-state-tree": state }))]).toEqual(
      [state, 400, false],
    );
});

test("and one that it can read goes on; where the two differ, an upgrade of Next has changed its rules", async () => {
  const { parseAndValidateFlightRouterState: next } = await import(
    "next/dist/server/app-render/parse-and-validate-flight-router-state.js"
  );
  const readable = (text: string) => {
    try {
      return next(text) !== undefined;
    } catch {
      return false;
    }
  };
  expect(await ask("GET", "/ui", { rsc: "1", "next-router-state-tree": tree(PAGE) })).toEqual([200, true]);
  const word = fc.constantFrom("", "ui", "d", "oc", "refetch", "metadata-only", "children", "(.)");
  const leaf = fc.oneof(word, fc.constant(null), fc.nat({ max: 3 }));
  const { node } = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.array(fc.oneof(leaf, fc.dictionary(word, tie("node")), fc.array(leaf, { maxLength: 5 })), {
        maxLength: 7,
      }),
      fc.tuple(word, fc.dictionary(word, tie("node"), { maxKeys: 2 })),
    ),
  }));
  fc.assert(
    fc.property(node, (state) => isRouterState(tree(state)) === readable(tree(state))),
    { numRuns: 2_000 },
  );
});
