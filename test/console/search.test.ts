/** The console's search: what it finds, for whom, and that a typed secret leaves the browser as its hash alone. */
import { createHash } from "node:crypto";
import { describe, expect, it, test } from "vitest";
import { askedText } from "#components/palette/asked-text.ts";
import { actionCommands, matches, pageCommands } from "#components/palette/commands.ts";
import { sha256 } from "#components/palette/sha256.ts";
import { findCall } from "#lib/console/find-calls.ts";
import { PAGES } from "#lib/console/roles.ts";
import { search } from "#lib/console/search.ts";
import { idTimeMs, newId } from "#lib/ids.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway();
const { deps } = gateway.runtime;
const post = async (path: string, body: unknown) => {
  const { json, status, text } = await gateway.call("POST", path, { body });
  if (status !== 200) throw new Error(text);
  return json;
};
await post("/user/new", {
  user_id: "ines",
  user_alias: "Inês",
  user_email: "ines@example.com",
  auto_create_key: false,
});
await post("/user/new", {
  user_id: "tom",
  user_alias: "Tom",
  user_email: "tom@example.com",
  auto_create_key: false,
});
const { team_id } = await post("/team/new", {
  team_alias: "Search team",
  members_with_roles: [{ role: "user", user_id: "ines" }],
});
await post("/team/new", { team_alias: "Search partners" });
const own = await post("/key/generate", { key_alias: "search-app", user_id: "ines" });
const other = await post("/key/generate", { key_alias: "search-batch", user_id: "tom" });
const MODELS = ["gpt-4", "search-embed"];
const find = async (text: string, role: Parameters<typeof search>[1]["role"], userId = "ines") =>
  (await search(deps.sql, { role, userId }, text, MODELS)).map(({ kind, name }) => `${kind} ${name}`);

describe("search", () => {
  it("finds keys, people, teams and models of everybody for an admin", async () => {
    expect(await find("SEARCH", "admin")).toEqual([
      "key search-app",
      "key search-batch",
      "team Search partners",
      "team Search team",
      "model search-embed",
    ]);
    expect(await find("tom@", "admin")).toEqual(["user Tom"]);
  });

  it("finds a developer's own alone, whatever is asked: by name, by id, by the very secret", async () => {
    expect(await find("search", "developer")).toEqual([
      "key search-app",
      "team Search team",
      "model search-embed",
    ]);
    for (const text of [other.key_id, sha256(other.key), "tom@"])
      expect(await find(text, "developer")).toEqual([]);
    expect(await find(sha256(own.key), "developer")).toEqual(["key search-app"]);
  });

  it("finds nothing on pages that the role has not", async () => {
    expect(await find("search", "finance")).toEqual([
      "team Search partners",
      "team Search team",
      "model search-embed",
    ]);
    expect(await find(sha256(own.key), "dpo")).toEqual([]);
  });

  it("finds a key by its former secret while that works, and says so", async () => {
    const made = await post("/key/generate", { key_alias: "rotated" });
    await post("/key/regenerate", { key: made.key, grace_period: "1h" });
    const [found] = await search(deps.sql, { role: "admin", userId: "x" }, sha256(made.key), []);
    expect(found).toMatchObject({ name: "rotated", note: "its former secret" });
  });

  it("finds a call by its id, the caller's own for a developer", async () => {
    const answer = await gateway.call("POST", "/v1/chat/completions", {
      key: own.key,
      body: { model: "gpt-4", messages: [{ role: "user", content: "Hello" }] },
    });
    const id = answer.headers["x-request-id"] ?? "";
    await deps.ledger.flush();
    expect(await find(id, "developer")).toEqual([`request ${id}`]);
    expect(await find(id, "developer", "tom")).toEqual([]);
    expect(await find(id, "auditor", "tom")).toEqual([`request ${id}`]);
    expect(await find(id, "finance")).toEqual([]);
  });

  it("finds a request by what a client called it, also by a name that looks like an id of another day", async () => {
    const longAgo = newId("req", Date.UTC(2020, 0, 1));
    expect(idTimeMs("req", longAgo)).toBe(Date.UTC(2020, 0, 1));
    for (const theirs of ["trace-of-ines-1", longAgo]) {
      const answer = await gateway.call("POST", "/v1/chat/completions", {
        headers: { "x-request-id": theirs },
        body: { model: "gpt-4", messages: [{ role: "user", content: "Hi" }] },
      });
      await deps.ledger.flush();
      expect(answer.status).toBe(200);
      const call = await findCall(deps.sql, theirs, null);
      expect(call?.client_request_id).toBe(theirs);
      expect(await findCall(deps.sql, theirs, "tom")).toBeNull();
    }
    expect(idTimeMs("req", "req_short")).toBeNull();
    expect(await findCall(deps.sql, newId("req", Date.now()), null)).toBeNull();
  });

  it("takes % and _ for themselves", async () => {
    expect(await find("%", "admin")).toEqual([]);
    expect(await find("s_arch", "admin")).toEqual([]);
  });

  it("is no route for keys", async () => {
    const { status } = await gateway.call("POST", "/console/search", { body: { text: "search" } });
    expect(status).toBe(403);
    expect(team_id).toBeTruthy();
  });
});

describe("what leaves the browser", () => {
  test.each(["", "abc", "ü€😀", "x".repeat(55), "x".repeat(56), "x".repeat(64), "x".repeat(1000)])(
    "sha256 of %j is node's",
    (text) => expect(sha256(text)).toBe(createHash("sha256").update(text).digest("hex")),
  );

  test.each([
    ["alone", (secret: string) => secret],
    ["in a header", (secret: string) => `Authorization: Bearer ${secret}`],
    ["in an .env line with quotes", (secret: string) => `SHIN_KEY="${secret}"`],
    ["with spaces around", (secret: string) => `  ${secret} \n`],
  ])("of a secret %s is its hash", (_, as) => {
    const asked = askedText(as(own.key));
    expect(asked).toEqual({ text: sha256(own.key), secret: true });
  });

  it("of anything else is the text", () => {
    expect(askedText(" mobile-app ")).toEqual({ text: "mobile-app", secret: false });
    expect(askedText("task-force-of-many-letters-1234")).toMatchObject({ secret: false });
  });
});

describe("commands", () => {
  const items = Object.entries(PAGES)
    .filter(([page]) => !page.startsWith("settings") || page === "settings")
    .map(([page, { path, title }]) => ({ page, path, title }));
  const paths = new Map<string, string>(items.map(({ page, path }) => [page, path]));

  it("have a shortcut each, and no two the same", () => {
    const keys = [...pageCommands(items), ...actionCommands("admin", paths)].map((one) => one.keys);
    expect(keys.filter((one) => one === undefined)).toEqual([]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("are those that the role may use", () => {
    const ids = (role: string) => actionCommands(role, paths).map((one) => one.id);
    expect(ids("admin")).toEqual(expect.arrayContaining(["create key", "invite"]));
    expect(ids("developer")).not.toContain("invite");
    expect(ids("auditor")).not.toContain("create key");
  });

  it("are found by other words, too", () => {
    const found = actionCommands("admin", paths).filter((one) => matches(one, "log out"));
    expect(found.map((one) => one.id)).toEqual(["sign out"]);
  });
});
