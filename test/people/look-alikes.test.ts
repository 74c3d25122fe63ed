/** Two names that look the same are two people to the gateway: what cannot be seen is not taken into a name. */
import { expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway();
const post = (path: string, body: Record<string, unknown>) => gateway.call("POST", path, { body });

const MADE: readonly (readonly [string, string, Record<string, unknown>])[] = [
  ["/user/new", "user_id", { auto_create_key: false }],
  ["/user/new", "user_alias", { auto_create_key: false }],
  ["/team/new", "team_id", {}],
  ["/team/new", "team_alias", {}],
  ["/customer/new", "user_id", {}],
  ["/customer/new", "alias", { user_id: "plain" }],
  ["/tag/new", "name", {}],
];

test.each([
  ["a zero-width space", "al\u200bice", "cannot be seen"],
  ["a byte order mark", "al\ufeffice", "cannot be seen"],
  ["a change of direction", "\u202eecila", "cannot be seen"],
  ["a tag character", "alice\u{e0041}", "cannot be seen"],
  ["a bell", "al\u0007ice", "cannot be seen"],
  ["a joiner between Latin letters", "al\u200dice", "cannot be seen"],
  ["a space at its end", "alice\u00a0", "begin or end with a space"],
  ["a letter and its accent", "jose\u0301", "composed form"],
])("%s is not taken into a name", async (_, name, reason) => {
  for (const [path, field, more] of MADE) {
    const { status, json } = await post(path, { ...more, [field]: name });
    expect([path, status, json.error?.param, json.error?.message]).toEqual([
      path,
      400,
      field,
      expect.stringContaining(reason),
    ]);
  }
});

test("an e-mail address is one however it is written, and another only where that can be seen", async () => {
  const user = (user_email: string) => post("/user/new", { user_email, auto_create_key: false });
  expect((await user("jos\u00e9@x.org")).status).toBe(200);
  expect((await user(" JOS\u00c9@x.org ")).json.error.message).toContain("taken");
  expect((await user("jose\u0301@x.org")).json.error.message).toContain("composed form");
  expect((await user("jos\u00e9@x.org\u200b")).json.error.message).toContain("cannot be seen");
});

test("names of all scripts are taken, emoji and the joiners of words included", async () => {
  for (const team_alias of [
    "\u6f22\u5b57",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "caf\u00e9 \u{1f469}\u200d\u{1f4bb}",
    "\u2764\ufe0f team",
  ])
    expect((await post("/team/new", { team_alias })).json.team_alias).toBe(team_alias);
});
