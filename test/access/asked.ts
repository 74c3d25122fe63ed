/** What is asked of each route that decides by itself whose things it shows or changes: somebody else's, in every way it takes. */
import type { Things } from "./somebody.ts";

export interface Asked {
  readonly query?: string;
  readonly body?: Record<string, unknown>;
}

const DAY_MS = 86_400_000;
const dayOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
const DAYS = `start_date=${dayOf(Date.now() - DAY_MS)}&end_date=${dayOf(Date.now() + DAY_MS)}`;
const UNTIL = new Date(Date.now() + DAY_MS).toISOString();

/** By method and path; a route that is not here gets its ids in the path alone, which is enough for those that ask for a role. */
export function askedFor(t: Things): Readonly<Record<string, Asked>> {
  const member = { team_id: t.team, user_id: t.user };
  const newcomer = { role: "admin", user_id: "stranger" };
  const privacy = { subject: t.user, subject_kind: "user" };
  const spend = { query: `${DAYS}&user_id=${t.user}` };
  return {
    "POST /key/generate": { body: { user_id: t.user } },
    "POST /key/update": { body: { key: t.key, max_budget: 1_000 } },
    "POST /key/bulk_update": { body: { keys: [{ key: t.keyId, max_budget: 1_000 }] } },
    "POST /key/delete": { body: { keys: [t.key] } },
    "DELETE /key/delete": { body: { keys: [t.keyId] } },
    "POST /key/regenerate": { body: { key: t.key } },
    "POST /key/block": { body: { key: t.key } },
    "POST /key/unblock": { body: { key: t.keyId } },
    "POST /key/{key}/regenerate": { body: {} },
    "POST /key/{key}/reset_spend": { body: { reset_to: 0 } },
    "GET /key/info": { query: `key=${t.key}` },
    "POST /v2/key/info": { body: { keys: [t.key] } },
    "GET /key/list": { query: `user_id=${t.user}&return_full_object=true` },
    "GET /key/aliases": { query: `team_id=${t.team}` },
    "GET /user/info": { query: `user_id=${t.user}` },
    "GET /v2/user/info": { query: `user_id=${t.user}` },
    "GET /team/info": { query: `team_id=${t.team}` },
    "GET /team/list": { query: `user_id=${t.user}` },
    "GET /v2/team/list": { query: `team_id=${t.team}` },
    "GET /team/permissions_list": { query: `team_id=${t.team}` },
    "POST /team/member_add": { body: { team_id: t.team, member: newcomer } },
    "POST /team/member_update": { body: { ...member, max_budget_in_team: 1_000 } },
    "POST /team/member_delete": { body: member },
    "POST /team/permissions_update": {
      body: { team_id: t.team, team_member_permissions: ["/key/generate"] },
    },
    "POST /budget/requests": {
      body: { kind: "user", id: t.user, amount: 99, until: UNTIL, reason: "more of it for me" },
    },
    "POST /budget/requests/{id}/approve": { body: { until: UNTIL } },
    "POST /budget/requests/{id}/decline": { body: { reason: "there is no need" } },
    "GET /spend/logs": { query: `${DAYS}&request_id=${t.record}` },
    "GET /spend/logs/v2": { query: `${DAYS}&api_key=${t.key}` },
    "GET /spend/logs/ui": spend,
    "GET /spend/info": { query: `${DAYS}&user_id=${t.user}&team_id=${t.team}` },
    "GET /user/daily/activity": spend,
    "GET /team/daily/activity": { query: `${DAYS}&team_ids=${t.team}` },
    "GET /spend/tags": { query: DAYS },
    "GET /global/activity": spend,
    "GET /global/activity/model": spend,
    "GET /usage": { query: `customer_id=${t.customer}` },
    "POST /exports": {
      body: {
        source: "spend_records",
        format: "csv",
        start_date: "2026-01-01",
        end_date: "2026-01-02",
        user_id: t.user,
      },
    },
    "GET /customer/info": { query: `end_user_id=${t.customer}` },
    "GET /end_user/info": { query: `user_id=${t.customer}` },
    "GET /tag/info": { query: `names=${t.tag}` },
    "GET /budget/settings": { query: `budget_id=${t.budget}` },
    "POST /spend/calculate": { body: { model: "gpt-4", messages: [{ role: "user", content: "a" }] } },
    "POST /compliance/run": { body: { checks: ["no_such_check"] } },
    "POST /compliance/attest": { body: { check: "no_such_check", statement: "It is so." } },
    "POST /compliance/waive": { body: { check: "no_such_check", reason: "We accept it.", valid_days: 1 } },
    "POST /compliance/withdraw": { body: { id: "att_none" } },
    "POST /compliance/fix": { body: { check: "no_such_check" } },
    "POST /incident/impact": { body: { scope: { kind: "user", id: t.user } } },
    "POST /console/setup": {
      body: { code: "AAAA-AAAA-AAAA", email: "x@example.com", password: "four wooden words here" },
    },
    "POST /console/invitations/accept": { body: { code: "guessed", password: "four wooden words here" } },
    "POST /console/password": { body: { current_password: "guess", new_password: "four wooden words here" } },
    "POST /console/totp/confirm": { body: { code: "000000" } },
    "POST /console/totp/remove": { body: { password: "guess" } },
    "GET /console/first-call": { query: `key_id=${t.keyId}` },
    "POST /console/budgets/update": { body: { kind: "user", id: t.user, max_budget: 6 } },
    "POST /console/search": { body: { text: "zq7" } },
    "GET /console/views": { query: "page=keys" },
    "POST /console/views/save": { body: { page: "keys", name: "mine", query: "q=b" } },
    "POST /console/views/remove": { body: { id: t.view } },
    "POST /console/keys/matching": { body: { q: "zq7", team: t.team } },
    "POST /console/keys/bulk": { body: { keys: [t.keyId], act: { kind: "revoke" } } },
    "POST /privacy/requests": { body: { type: "access", ...privacy } },
    "POST /privacy/requests/{id}/identify": { body: { how: "by a call" } },
    "POST /privacy/requests/{id}/decide": { body: { grant: true } },
    "POST /privacy/requests/{id}/extend": { body: { reason: "much to do" } },
    "POST /privacy/requests/{id}/close": { body: { outcome: "duplicate" } },
    "POST /privacy/download": { body: { link: `${t.job}.guessed` } },
    "POST /privacy/verify": { body: { certificate: {} } },
    "POST /privacy/retention": { body: { days: {} } },
    "POST /privacy/retention/preview": { body: { days: {} } },
    "POST /privacy/holds": { body: { kind: "hold", ...privacy, reason: "a case" } },
    "POST /privacy/holds/end": { body: { kind: "hold", ...privacy, reason: "the case is over" } },
    "POST /privacy/contents/{id}/unlock": { body: { reason: "I am curious" } },
    "POST /privacy/contents/{id}/approve": { body: { unlock: "unl_none" } },
  };
}

/** The path with somebody's ids in it. */
export function pathOf(route: string, t: Things): string {
  const ids: readonly (readonly [string, string])[] = [
    ["/budget/requests/", t.ask],
    ["/access-reviews/", t.review],
    ["/jobs/", t.job],
    ["/incident/", t.incident],
    ["/privacy/requests/", t.privacy],
    ["/privacy/contents/", t.record],
    ["/key/", t.keyId],
    ["/compliance/checks/", "no_such_check"],
  ];
  const [, id = "none"] = ids.find(([start]) => route.startsWith(start)) ?? [];
  return route.replace(/\{\w+\*?\}/, id);
}
