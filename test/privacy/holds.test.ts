/** Legal holds over HTTP: on whom, why, by whom, until when. If they fail, what a court wants is gone, or is kept for ever. */
import { expect, test } from "vitest";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { privacyDue } from "../../app/ui/(console)/overview/privacy-due.ts";

const DAY_MS = 86_400_000;
const clock = manualClock(Date.now());
const gateway = await testGateway({ clock });
const { deps } = gateway.runtime;
const personWith = async (user_id: string, user_role: string) => {
  const { json } = await gateway.call("POST", "/user/new", { body: { user_id, user_role } });
  return {
    call: (method: string, path: string, sent?: unknown) =>
      gateway.call(method, path, { key: String(json.key), ...(sent === undefined ? {} : { body: sent }) }),
  };
};
const officer = await personWith("officer", "proxy_admin");
const colleague = await personWith("colleague", "proxy_admin");
const auditor = await personWith("auditor", "proxy_admin_viewer");
const day = (days: number) => new Date(clock.now() + days * DAY_MS).toISOString();
const body = { kind: "hold", subject: "customer-1", reason: "case 12/2026" };
const place = (fields: Record<string, unknown>, who = officer) =>
  who.call("POST", "/privacy/holds", { ...body, ...fields });
const lift = (fields: Record<string, unknown> = {}, who = officer) =>
  who.call("POST", "/privacy/holds/end", { ...body, ...fields });

test("a hold has a day of review, half a year away at most; it stays in force when that is past", async () => {
  expect((await place({}, auditor)).status).toBe(403);
  for (const until of [day(-1), day(181), "2030-01-01", "soon"]) {
    const refused = await place({ until });
    expect([until, refused.status, refused.json.error.param]).toEqual([until, 400, "until"]);
  }
  const given = await place({ until: day(10) });
  expect(given.json.holds).toMatchObject([
    {
      kind: "hold",
      subject: "customer-1",
      reason: "case 12/2026",
      created_by: expect.any(String),
      until: day(10),
    },
  ]);
  const whole = await place({ subject: "customer-2" });
  expect(whole.json.holds.map((hold: { until: string }) => hold.until)).toContain(day(180));
  clock.advance(11 * DAY_MS);
  expect((await officer.call("GET", "/privacy/holds")).json.holds).toHaveLength(2);
  expect((await place({})).status).toBe(409);
  expect((await lift({ reason: "settled" })).json.holds).toHaveLength(2);
  expect((await lift({ reason: "settled, says the court" }, colleague)).json.holds).toHaveLength(1);
  expect((await lift()).status).toBe(404);
  const events = async (action: string) => (await gateway.call("GET", `/audit?action=${action}`)).json.events;
  expect(await events("privacy.hold_place")).toHaveLength(2);
  expect(await events("privacy.hold_end")).toMatchObject([
    { actor_kind: "key", target_id: "customer-1", reason: "settled, says the court" },
  ]);
});

test("a hold is lifted by two people, within a week, and by no key of nobody", async () => {
  const held = { subject: "customer-7" };
  await place(held);
  const asked = async (who = officer) => {
    const { json, status } = await lift(held, who);
    const mine = json.holds?.find((hold: { subject: string }) => hold.subject === held.subject);
    return [status, mine?.end_asked_by ?? null];
  };
  expect((await lift(held, auditor)).status).toBe(403);
  expect(await asked()).toEqual([200, "officer"]);
  expect(await asked()).toEqual([403, null]);
  const master = {
    call: (method: string, path: string, sent?: unknown) => gateway.call(method, path, { body: sent }),
  };
  expect(await asked(master)).toEqual([403, null]);
  // Nobody confirmed: the word is void, and the next one asks anew.
  clock.advance(8 * DAY_MS);
  expect(await asked(colleague)).toEqual([200, "colleague"]);
  const { json } = await lift(held);
  expect(json.holds.map((hold: { subject: string }) => hold.subject)).not.toContain("customer-7");
  const events = async (action: string) =>
    (await gateway.call("GET", `/audit?action=${action}`)).json.events.filter(
      (event: { target_id: string }) => event.target_id === "customer-7",
    );
  expect(await events("privacy.hold_end_ask")).toHaveLength(2);
  expect(await events("privacy.hold_end")).toHaveLength(1);
});

test("a restriction has none: it ends by hand alone", async () => {
  const restriction = { kind: "restriction", subject: "customer-3" };
  expect((await place({ ...restriction, until: day(5) })).json.error.param).toBe("until");
  expect((await place(restriction)).json.holds).toContainEqual(
    expect.objectContaining({ kind: "restriction", subject: "customer-3", until: null }),
  );
  expect((await lift(restriction)).status).toBe(200);
});

test("the Overview tells of requests that are late or due in a week, and of holds to be reviewed", async () => {
  await deps.sql`update privacy_holds set ended_at = now()`;
  expect(await privacyDue(deps, clock.now())).toEqual([]);
  const asked = async (received_at: string) =>
    (await officer.call("POST", "/privacy/requests", { type: "access", subject: "customer-9", received_at }))
      .json.id;
  const [late, soon] = [await asked(day(-40)), await asked(day(-26))];
  await asked(day(-1));
  await place({ subject: "customer-4", until: day(3) });
  const due = await privacyDue(deps, clock.now());
  expect(due.map(({ href, late: isLate, name }) => [href, name, isLate])).toEqual([
    [`/ui/privacy/${late}`, "Privacy request: Access", true],
    [`/ui/privacy/${soon}`, "Privacy request: Access", false],
    ["/ui/privacy/holds", "Legal hold", false],
  ]);
  expect(due[0]?.badge).toMatch(/^Overdue by \d+ days$/);
  expect(due[1]?.badge).toMatch(/^Due in \d days?$/);
  expect(JSON.stringify(due)).not.toContain("customer");
});
