/** What docs/api.md and the API reference say about each route. A route without a sentence fails the tests. */

import { GOVERN_NOTES } from "./route-notes-govern.ts";

const UNDER_MODEL = "the same, the model named by the path (it may hold slashes)";

/** The end-user API has two names. */
function endUserNotes(prefix: string): Record<string, string> {
  return {
    [`POST ${prefix}/new`]: "gives an end user limits and budgets; `user_id` is what calls send as `user`",
    [`POST ${prefix}/update`]: "changes what is sent and nothing else",
    [`POST ${prefix}/delete`]: "takes the limits of end users away; what they spent stays counted",
    [`POST ${prefix}/block`]: 'refuses calls of these end users, known or not: `{"user_ids": []}`',
    [`POST ${prefix}/unblock`]: "and lets them on again",
    [`GET ${prefix}/info`]: "an end user (`?end_user_id=`), also one that only ever called",
    [`GET ${prefix}/list`]: "end users with limits, page by page",
  };
}

/** By method and path as in ROUTES. */
export const ROUTE_NOTES: Readonly<Record<string, string>> = {
  ...GOVERN_NOTES,
  "POST /chat/completions": "a chat completion, whole or as a stream",
  "POST /completions": "a text completion, whole or as a stream",
  "POST /embeddings": "embeddings",
  "POST /moderations": "a moderation; `omni-moderation-latest` when no model is named",
  "POST /engines/{model*}/chat/completions": UNDER_MODEL,
  "POST /engines/{model*}/completions": UNDER_MODEL,
  "POST /engines/{model*}/embeddings": UNDER_MODEL,
  "POST /openai/deployments/{model*}/chat/completions": `${UNDER_MODEL}, for Azure's clients`,
  "POST /openai/deployments/{model*}/completions": `${UNDER_MODEL}, for Azure's clients`,
  "POST /openai/deployments/{model*}/embeddings": `${UNDER_MODEL}, for Azure's clients`,
  "GET /models": "the models the key may call, and no others",
  "GET /models/{id*}": "one of them; 404 also for a model that the key may not see",
  "GET /model/info":
    "the deployments behind the models the key may call, without credentials; `?litellm_model_id=` for one",
  "GET /v2/model/info": "the same page by page, with `model`, `search`, `page` and `size`",
  "GET /model_group/info":
    "each model the key may call with its providers, prices, limits and abilities; wildcards become the models known behind them",
  "POST /model/new":
    "adds a model, in force at once on every instance; its credential is sealed and never shown again",
  "POST /model/update": "changes what is sent and nothing else; `model_info.id` names the model",
  "PATCH /model/{id}/update": "the same",
  "POST /model/test":
    "sends one tiny call to a model, or to one as it would be, and tells the provider's status, the milliseconds and its words",
  "POST /model/delete": 'deletes a model that was added so: `{"id"}`',
  "GET /health":
    "status, version, uptime; with a key also every deployment, from what calls have shown. Calls no provider",
  "GET /health/liveliness": "the process answers",
  "GET /health/liveness": "the same",
  "GET /health/live": "the same",
  "GET /health/readiness": "200 when the database answers, 503 when not or while draining",
  "GET /health/ready": "the same",
  "GET /health/readiness/details":
    "the processes that serve, where limits are counted, and what is wrong with that; for admins",
  "GET /metrics":
    "counters and gauges in Prometheus' text format; asks for an admin's or a viewer's key unless `require_auth_for_metrics_endpoint` is false",
  "POST /key/generate": "makes a key; the secret is shown this once",
  "POST /key/service-account/generate": "makes a key of a team that belongs to no user",
  "POST /key/update": "changes what is sent and nothing else",
  "POST /key/bulk_update": "up to 500 updates, each on its own",
  "POST /key/delete": 'deletes keys: `{"key"}`, `{"keys": []}` or `{"key_aliases": []}`',
  "DELETE /key/delete": "the same",
  "POST /key/regenerate": "a new secret for the same key; the old one works on for `grace_period`",
  "POST /key/{key}/regenerate": "the same",
  "POST /key/block": "switches a key off",
  "POST /key/unblock": "and on again",
  "POST /key/revoke_all": 'deletes every live key; `{"confirm": N}` must hold their count',
  "POST /key/{key}/reset_spend": "sets a key's spend, to 0 or to `reset_to`",
  "GET /key/info": "one key (`?key=`), the caller's own, or with the master key a list",
  "POST /v2/key/info": "several keys",
  "GET /key/list": "keys page by page, with filters",
  "GET /key/aliases": "the aliases alone",
  "POST /key/health": "tells a key that it works",
  "POST /user/new": "makes a user, and a key for them unless `auto_create_key` is false",
  "POST /user/update": "changes what is sent and nothing else",
  "POST /user/bulk_update":
    'up to 500 updates, each on its own: `{"users": []}`, or `{"all_users": true, "user_updates": {}}`',
  "POST /user/delete": "deletes users and their keys",
  "GET /user/list": "users page by page",
  "GET /user/info": "a user with keys and teams",
  "GET /v2/user/info": "the user alone",
  "POST /team/new": "makes a team",
  "POST /team/update": "changes what is sent and nothing else",
  "POST /team/delete": "deletes teams and their keys",
  "POST /team/block": "switches a team off, and all its keys with it",
  "POST /team/unblock": "and on again",
  "POST /team/member_add":
    "adds one member or several; admins of the team may, too. `max_budget_in_team`, `budget_duration`, `rpm_limit`, `tpm_limit` and `budget_id` hold for each of them",
  "POST /team/member_update": "changes a member's role and limits; admins of the team may, too",
  "POST /team/member_delete": "takes a member out, with its keys in the team; admins of the team may, too",
  "POST /team/permissions_update": "says which key routes members may use for the team; its admins may, too",
  "GET /team/permissions_list": "those, and all that there are; for the team's members",
  "GET /team/available": "teams that the caller may join by itself: `available_teams` of the configuration",
  "GET /team/info": "a team with its members and keys",
  "GET /team/list": "teams",
  "GET /v2/team/list": "teams page by page",
  "POST /budget/new": "makes a tier: limits and budgets that several owners share",
  "POST /budget/update": "changes what is sent, for all who have the tier at once",
  "POST /budget/info": 'tiers by id: `{"budgets": []}`',
  "GET /budget/list": "all tiers",
  "GET /budget/settings": "the fields of one tier with type, meaning and value (`?budget_id=`)",
  "POST /budget/delete": 'deletes a tier that nobody has: `{"id"}`',
  ...endUserNotes("/customer"),
  ...endUserNotes("/end_user"),
  "POST /tag/new": "gives a tag limits and budgets; calls carry it in `metadata.tags` or `x-litellm-tags`",
  "POST /tag/update": "changes what is sent and nothing else",
  "POST /tag/delete": "takes its limits away; what it spent stays counted",
  "POST /tag/info": 'tags by name: `{"names": []}`',
  "GET /tag/info": "the same, `?names=a,b`",
  "GET /tag/list": "tags page by page",
  "GET /spend/logs":
    "spend records, newest first; sums a day when both dates are given, unless `summarize=false`",
  "GET /spend/logs/v2": "spend records page by page",
  "GET /spend/logs/ui": "the same",
  "GET /spend/keys": "keys by what they spent",
  "GET /spend/users": "users by what they spent",
  "GET /spend/info": "the guide's summary: of all time, today, this month, by model",
  "POST /spend/calculate": "what a call would cost, or what an answer did",
  "GET /global/spend": "what the gateway spent: in the period of its budget, or of all time",
  "GET /global/spend/keys": "by key, last 30 days",
  "GET /global/spend/models": "by model, last 30 days",
  "GET /global/spend/logs": "day by day, last 30 days or the dates given; of one key with `api_key`",
  "GET /global/spend/teams": "by team, in all and day by day, last 30 days",
  "GET /global/spend/provider": "by provider, last 30 days or the dates given",
  "GET /global/spend/tags": "by tag, last 30 days or the dates given; `tags=a,b` for some",
  "GET /global/spend/end_users": "by end user, last 30 days or the dates given",
  "POST /global/spend/end_users": "the same, asked with `startTime`, `endTime` and `api_key`",
  "GET /global/spend/report":
    "for invoices: by day and team or customer, or by key (`group_by`), with models and keys; of one `team_id`, `customer_id`, `api_key` or `internal_user_id`",
  "GET /spend/tags": "the caller's own spend by tag; a call with two tags counts for both",
  "GET /global/activity": "requests and tokens by day, the caller's own; everybody's for admins",
  "GET /global/activity/model": "the same for each model",
  "GET /usage":
    "what the key has spent, and each limit and budget its calls fall under, with what is left and when it resets; of one model with `model`, of an end user with `customer_id`",
  "POST /global/spend/reset":
    "sets the spend of every key, user and team to 0, that of all their budgets too; records stay",
  "GET /user/daily/activity": "a user's days, by model, provider and key",
  "GET /team/daily/activity": "a team's days",
  "GET /budget/requests":
    "requests for more budget: one's own, or everybody's for admins, viewers and finance",
  "POST /budget/requests": "asks for more budget for a key, a user or a team of one's own, until a day",
  "POST /budget/requests/{id}/approve":
    "grants it or a part of it: the budget is raised until then; nobody approves what they asked for",
  "POST /budget/requests/{id}/decline": "declines it with a reason that whoever asked reads",
  "POST /budget/requests/{id}/withdraw": "takes back what one asked for oneself",
  "POST /console/setup": "uses a set-up link: makes the first admin and the first key",
  "GET /console/first-call": "the latest call of the person's own key, for the first minutes",
  "POST /console/password": "changes the person's own password and ends the other sessions",
  "POST /console/totp/begin": "a secret for an authenticator app; it counts once a code was seen",
  "POST /console/totp/confirm": "turns the second factor on; the recovery codes are shown this once",
  "POST /console/totp/remove": "turns it off again",
  "POST /console/sessions/end": "ends the person's other sessions",
  "POST /console/invitations":
    "makes a person with a role; answers the path of a one-use link, good for three days",
  "POST /console/invitations/renew": "a new link for a person who is here; the one before ends",
  "POST /console/invitations/accept": "sets the password that a link is for, and ends that person's sessions",
  "POST /console/users/sessions/end": "ends every console session of a person",
  "POST /console/budgets/update":
    "sets the budget of a key, user, team, member, end user or tag; for admins, and for finance at the console",
  "POST /console/search":
    "keys, users, teams, models and calls by name, id or the SHA-256 of a secret, as far as the person's role sees them",
  "POST /console/keys/matching":
    "the ids of the live keys that the filters of the Keys page mean, at most 1000",
  "POST /console/keys/bulk":
    "one act on up to 100 keys, each on its own: disable, enable, extend, budget, team, tag or revoke; answers a result for each, and what brings back what was",
  "GET /console/views": "the person's own views of a page (`?page=keys`)",
  "POST /console/views/save": "keeps the filters of a page under a name; the same name again replaces them",
  "POST /console/views/remove": "removes one of the person's own views",
  "POST /console/demo-data/remove":
    "takes the made-up traffic of `--demo-data` out again, with its keys, people and teams",
  "GET /openapi.json": "this API in OpenAPI 3.1, made from the routes and schemas themselves",
};
