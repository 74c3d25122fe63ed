/** `shin content`: what the terminal does is what the API does: the same locks, the same reasons, the same record. */
import { expect, test, vi } from "vitest";
import { main } from "#lib/cli/main.ts";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { keepingGateway, message, ON } from "./keeping.ts";

const gateway = await keepingGateway(ON);
const { call, newKey, say, yaml } = gateway;

/** The gateway in process stands where the terminal looks for one. */
const toGateway: typeof fetch = async (input, init = {}) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const headers = Object.fromEntries(new Headers(init.headers));
  const body = typeof init.body === "string" ? { body: init.body } : {};
  const answer = await call(init.method ?? "GET", url.pathname, { headers, ...body });
  return new Response(answer.text, { status: answer.status });
};

async function shin(args: readonly string[], key = MASTER_KEY) {
  let [out, err] = ["", ""];
  const never = async () => 1;
  vi.stubGlobal("fetch", toGateway);
  try {
    const code = await main(["content", ...args], {
      ...{ version: "test", color: false, now: () => new Date(), start: never, run: never },
      env: { SHIN_API_KEY: key },
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
    });
    return { code, out, err };
  } finally {
    vi.unstubAllGlobals();
  }
}

test("shows what was said once there is a reason, and says who looked", async () => {
  const id = await say(message("from the terminal"));
  expect(await shin(["show", id])).toMatchObject({
    code: 1,
    out: "",
    err: expect.stringContaining("locked"),
  });
  expect(await shin(["show", id, "--reason", "short"])).toMatchObject({ code: 1, out: "" });
  const shown = await shin(["show", id, "--reason", "ticket 88 of the customer"]);
  expect(shown).toMatchObject({ code: 0, out: expect.stringContaining("from the terminal") });
  const asJson = await shin(["show", id, "--json"]);
  expect(JSON.parse(asJson.out)).toMatchObject({ call_id: id, request: { whole: true } });
  const { code, out } = await shin(["status", id]);
  expect([code, out]).toEqual([0, expect.stringMatching(/read 2 times: ticket 88 of the customer/)]);
  expect((await shin(["status"])).out).toMatch(/^storing is on; 1 calls kept, for 7 days/);
  expect((await shin(["show"])).code).toBe(2);
});

test("waits for a second person with exit code 3, and a second person approves", async () => {
  await gateway.reload(yaml(`${ON}  content_second_person: true\n`));
  const id = await say(message("for two pairs of eyes"));
  await call("POST", "/user/new", {
    body: { user_id: "ada", user_role: "proxy_admin", auto_create_key: false },
  });
  const adas = await newKey({ user_id: "ada" });
  const asked = await shin(["show", id, "--reason", "ticket 99 of the customer"]);
  expect(asked).toMatchObject({ code: 3, out: expect.stringContaining("waits for a second person") });
  const [unlock = ""] = /ulk_\w+/.exec(asked.out) ?? [];
  expect((await shin(["approve", id, unlock])).code).toBe(1);
  expect((await shin(["approve", id, unlock], adas)).code).toBe(0);
  expect((await shin(["show", id])).out).toContain("for two pairs of eyes");
});
