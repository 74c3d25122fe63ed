/** The list of users: for admins and viewers, page by page, and a search that finds what was typed and no more. */
import { beforeAll, expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway();
const post = (path: string, body: unknown) => gateway.call("POST", path, { body });
const list = async (query: string) => (await gateway.call("GET", `/user/list?${query}`)).json;
const ids = async (query: string) =>
  (await list(query)).users.map((user: { user_id: string }) => user.user_id);

beforeAll(async () => {
  await post("/team/new", { team_id: "crew" });
  const users = [
    { user_id: "a", user_email: "100%@example.com", user_alias: "Percent" },
    { user_id: "b", user_email: "100x@example.com", user_alias: "under_score" },
    { user_id: "c", user_email: "c@example.org", user_alias: "underXscore", teams: ["crew"] },
    { user_id: "d", user_alias: "back\\slash", user_role: "proxy_admin" },
    { user_id: "e", user_role: "proxy_admin_viewer", auto_create_key: false },
  ];
  for (const user of users) expect((await post("/user/new", user)).status).toBe(200);
});

test("is paged, and every user stands on one page", async () => {
  const seen: string[] = [];
  for (let page = 1; page <= 3; page++) {
    const answer = await list(`page=${page}&page_size=2&sort_by=user_id&sort_order=asc`);
    expect(answer).toMatchObject({ total: 5, page, page_size: 2, total_pages: 3 });
    seen.push(...answer.users.map((user: { user_id: string }) => user.user_id));
  }
  expect(seen).toEqual(["a", "b", "c", "d", "e"]);
});

test("tells how many keys each has, and which teams", async () => {
  const { users } = await list("user_ids=c,e&sort_by=user_id&sort_order=asc");
  expect(users).toMatchObject([
    { user_id: "c", key_count: 1, teams: ["crew"] },
    { user_id: "e", key_count: 0, teams: [] },
  ]);
});

test.each([
  ["user_email=100%25", ["a"]],
  ["user_email=EXAMPLE.com", ["a", "b"]],
  ["user_alias=under_", ["b"]],
  ["search=_", ["b"]],
  ["search=back%5C", ["d"]],
  ["search=%25", ["a"]],
  ["search=%27%20or%201=1", []],
  ["role=proxy_admin", ["d"]],
  ["role=internal_user&search=score", ["b", "c"]],
  ["team=crew", ["c"]],
  ["user_ids=a,zzz", ["a"]],
])("%s finds %j", async (query, expected) => {
  expect(await ids(`${query}&sort_by=user_id&sort_order=asc`)).toEqual(expected);
});

test.each([
  ["role", "role=king"],
  ["page", "page=0"],
  ["page_size", "page_size=1000"],
  ["sort_by", "sort_by=password"],
  ["search", "search=%00"],
])("a faulty %s is 400 and named", async (param, query) => {
  const { status, json } = await gateway.call("GET", `/user/list?${query}`);
  expect([status, json.error.param]).toEqual([400, param]);
});

test("is for admins and viewers, who change nothing", async () => {
  const viewer = (await post("/user/new", { user_role: "proxy_admin_viewer" })).json.key;
  const user = (await post("/user/new", {})).json.key;
  expect((await gateway.call("GET", "/user/list", { key: viewer })).status).toBe(200);
  expect((await gateway.call("GET", "/user/list", { key: user })).status).toBe(403);
  const writes = [
    "user/new",
    "user/update",
    "user/delete",
    "team/new",
    "team/update",
    "team/delete",
    "team/block",
    "team/unblock",
    "user/bulk_update",
    "customer/new",
    "customer/block",
    "tag/new",
  ];
  for (const key of [viewer, user]) {
    for (const path of writes)
      expect((await gateway.call("POST", `/${path}`, { key, body: {} })).status).toBe(403);
  }
});
