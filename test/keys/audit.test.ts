/** The audit event and the change share a transaction: what could not be written down did not happen, and was not announced. */
import { describe, expect, test } from "vitest";
import { hashSecret } from "#lib/keys/secret.ts";
import { eventsOf } from "#test/helpers/audit.ts";
import { call, twoGateways } from "./setting.ts";

const { here, there } = await twoGateways();
const { sql } = here.database;
const key = await here.newKey({ key_alias: "audited", max_budget: 5 });
const row = async () => (await sql`select * from virtual_keys where secret_hash = ${hashSecret(key)}`)[0];

const CHANGES = [
  ["/key/generate", { key_alias: "unheard-of" }],
  ["/key/update", { key, max_budget: 7 }],
  ["/key/block", { key }],
  ["/key/unblock", { key }],
  ["/key/regenerate", { key }],
  [`/key/${key}/reset_spend`, { reset_to: 0 }],
  ["/key/delete", { keys: [key] }],
  ["/key/revoke_all", { confirm: 1 }],
] as const;

describe.each(CHANGES)("%s", (path, body) => {
  test("fails and changes nothing when its event cannot be written", async () => {
    const before = await row();
    await sql`create or replace function refuse_event() returns trigger language plpgsql as $$ begin raise 'no events today'; end $$`;
    await sql`create trigger refuse_event before insert on audit_events execute function refuse_event()`;
    const answer = await here.call("POST", path, { body });
    await sql`drop trigger refuse_event on audit_events`;
    expect([answer.status, answer.json.error.type]).toEqual([503, "audit_unavailable"]);
    expect(answer.headers["retry-after"]).toBe("5");
    expect(answer.text).not.toContain("no events today");
    expect(await row()).toEqual(before);
    expect(await sql`select 1 from virtual_keys`).toHaveLength(1);
    for (const gateway of [here, there]) expect((await call(gateway, key)).status).toBe(200);
  });
});

test("with its event, a change tells who, what, before and after, and never a secret", async () => {
  const answer = await here.call("POST", "/key/update", {
    body: { key, max_budget: 9 },
    headers: { "litellm-changed-by": "alice" },
  });
  expect(answer.status).toBe(200);
  const event = (await eventsOf(here)).at(-1);
  expect(event).toMatchObject({
    action: "key.update",
    actor_kind: "master_key",
    claimed_by: "alice",
    target_kind: "key",
    target_id: answer.json.key_id,
    before: { maxBudgetNanoUsd: "5000000000" },
    after: { maxBudgetNanoUsd: "9000000000" },
  });
  const stored = await sql`select e::text as text from audit_events e`;
  const text = JSON.stringify([event?.before, event?.after, stored]);
  for (const secret of [key, hashSecret(key)]) expect(text).not.toContain(secret);
});
