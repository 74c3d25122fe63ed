/** Every field of every route, alone, with each value that breaks careless code: refused with a sentence or taken, never a 500. */
import { expect, test } from "vitest";
import { ROUTES } from "#lib/gateway/route-table.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { NAMES } from "./vocabulary.ts";

const gateway = await testGateway();
const NASTY = ["\u0000", "key_\ud800", 2 ** 63, -1, [null], { a: "\u0000" }];
const WORDS = ["\u0000", "-1", "9".repeat(400), "2025-02-30"];

const routes = ROUTES.map((route) => [route.method, route.path] as const);

test.each(routes)("%s %s", async (method, path) => {
  const plain = path.replaceAll(/\{\w+\*?\}/g, "name");
  const seen: string[] = [];
  const call = async (url: string, body?: unknown) => {
    const { status, text } = await gateway.call(method, url, body === undefined ? {} : { body });
    if (status >= 500)
      seen.push(
        `${url.slice(0, 100)} ${JSON.stringify(body)?.slice(0, 100)}: ${status} ${text.slice(0, 200)}`,
      );
  };
  for (const name of NAMES) {
    if (method === "GET")
      for (const word of WORDS) await call(`${plain}?${name}=${encodeURIComponent(word)}`);
    else for (const value of NASTY) await call(plain, { [name]: value });
  }
  for (const word of ["%00", "key_%00", "%ff", "%ed%a0%80", "%", "x".repeat(9_000)])
    await call(path.replaceAll(/\{\w+\*?\}/g, word), method === "GET" ? undefined : {});
  expect(seen).toEqual([]);
});
