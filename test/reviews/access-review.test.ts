/** Access reviews: nobody is removed before all are decided, who is removed is out at once, and the record proves it offline. */
import { describe, expect, test } from "vitest";
import { isReviewSigned } from "#lib/reviews/record.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const { call, newKey, database } = await testGateway();
const post = (path: string, body: unknown = {}, key?: string) =>
  call("POST", path, { body, ...(key === undefined ? {} : { key }) });
for (const user_id of ["ana", "ben", "cleo"])
  await post("/user/new", { user_id, user_alias: user_id, auto_create_key: false });
await post("/user/new", {
  user_id: "bot",
  kind: "service",
  metadata: { owner_user_id: "ana" },
  auto_create_key: false,
});
await post("/user/new", { user_id: "gone", blocked: true, auto_create_key: false });
await post("/user/new", { user_id: "viewer", user_role: "proxy_admin_viewer", auto_create_key: false });
const viewer = await newKey({ user_id: "viewer" });
const bens = await newKey({ user_id: "ben" });
const talk = (key: string) =>
  post("/v1/chat/completions", { model: "gpt-3.5-turbo", messages: [{ role: "user", content: "Hi" }] }, key);

async function begun(): Promise<{ id: string; users: string[] }> {
  const { json, text, status } = await post("/access-reviews");
  if (status !== 200) throw new Error(text);
  const { json: review } = await call("GET", `/access-reviews/${json.id}`);
  return { id: json.id, users: review.accounts.map((account: { user_id: string }) => account.user_id) };
}

const decideAll = async (id: string, users: readonly string[], removed: readonly string[]) => {
  for (const user_id of users) {
    const decision = removed.includes(user_id) ? "remove" : "keep";
    await post(`/access-reviews/${id}/decide`, { user_id, decision, note: `about ${user_id}` });
  }
};

describe("an access review", () => {
  test("lists everybody with access and nobody else, with keys and roles as they are", async () => {
    const { id, users } = await begun();
    expect(users).toEqual(["ana", "ben", "cleo", "viewer", "bot"]);
    const { json } = await call("GET", `/access-reviews/${id}`);
    expect(json.accounts[1]).toMatchObject({ user_id: "ben", kind: "person", keys: 1, decision: null });
    expect(json.accounts[4]).toMatchObject({ user_id: "bot", kind: "service", owner: "ana" });
    expect((await post("/access-reviews")).status).toBe(409);
    await post(`/access-reviews/${id}/abandon`);
  });

  test("is finished when all are decided, with the typed word, and then removes at once", async () => {
    const { id, users } = await begun();
    await decideAll(id, users.slice(1), ["ben"]);
    expect((await talk(bens)).status).toBe(200);
    expect((await post(`/access-reviews/${id}/finish`, { confirm: "REMOVE 1" })).status).toBe(409);
    await decideAll(id, users, ["ben"]);
    const { json, status } = await post(`/access-reviews/${id}/finish`, { confirm: "yes" });
    expect([status, json.error.param]).toEqual([400, "confirm"]);
    expect((await talk(bens)).status).toBe(200);
    expect((await post(`/access-reviews/${id}/finish`, { confirm: "REMOVE 1" })).status).toBe(200);
    expect((await talk(bens)).status).toBe(401);
    const rows = await database.sql`
      select u.blocked as person, k.blocked as key from users u join virtual_keys k on k.user_id = u.id where u.id = 'ben'`;
    expect([...rows]).toEqual([{ person: true, key: true }]);
    const decided = await post(`/access-reviews/${id}/decide`, { user_id: "ana", decision: "remove" });
    expect(decided.status).toBe(409);
  });

  test("leaves a record that its key signed, and that no changed word passes", async () => {
    const { id, users } = await begun();
    await decideAll(id, users, []);
    await post(`/access-reviews/${id}/finish`);
    const { json: record, headers } = await call("GET", `/access-reviews/${id}/record`);
    expect(headers["content-disposition"]).toContain(id);
    const { json: key } = await call("GET", "/audit/key", { key: null });
    expect(record.keyId).toBe(key.key_id);
    expect(isReviewSigned(record)).toBe(true);
    expect(record.review.items[0]).toMatchObject({ userId: "ana", decision: "keep", note: "about ana" });
    const forged = structuredClone(record);
    forged.review.items[0].decision = "remove";
    expect(isReviewSigned(forged)).toBe(false);
  });

  test("is read by viewers and changed by admins; each step is an event", async () => {
    const { id } = await begun();
    expect((await call("GET", `/access-reviews/${id}`, { key: viewer })).status).toBe(200);
    const tried = { user_id: "ana", decision: "keep" };
    expect((await post(`/access-reviews/${id}/decide`, tried, viewer)).status).toBe(403);
    expect((await post("/access-reviews", {}, viewer)).status).toBe(403);
    expect((await call("GET", `/access-reviews/${id}/record`)).status).toBe(404);
    await post(`/access-reviews/${id}/decide`, tried);
    await post(`/access-reviews/${id}/decide`, { user_id: "ana", decision: null });
    await post(`/access-reviews/${id}/abandon`);
    const { json } = await call("GET", `/audit?target_kind=review&target_id=${id}&outcome=ok`);
    const actions = json.events.map((event: { action: string }) => event.action);
    expect(actions).toEqual(["review.abandon", "review.decide", "review.decide", "review.start"]);
    const unknown = await post(`/access-reviews/${id}/decide`, tried);
    expect(unknown.status).toBe(409);
  });
});
