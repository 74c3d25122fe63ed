/** What routes read from the query, by method and path. A test compares the names with those that the handlers read. */
import { REQUEST_TYPES } from "../privacy/requests/names.ts";

export interface QueryParameter {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean";
  readonly doc: string;
  readonly choices?: readonly string[];
}

const text = (name: string, doc: string): QueryParameter => ({ name, type: "string", doc });
const count = (name: string, doc: string): QueryParameter => ({ name, type: "integer", doc });
const choice = (name: string, choices: readonly string[], doc: string): QueryParameter => ({
  name,
  type: "string",
  doc,
  choices,
});

const page = (size: "size" | "page_size", most: number) => [
  count("page", "from 1"),
  count(size, `rows of a page, at most ${most}`),
];
const order = choice("sort_order", ["asc", "desc"], "ascending or descending");
const dates = [
  text("start_date", "first day, as 2026-11-01 in the reporting zone"),
  text("end_date", "last day, included"),
];
const spendOf = [
  text("api_key", "of one key: its secret, hash or id"),
  text("user_id", "of one user"),
  text("model", "of one model"),
];
const rows = count("limit", "so many rows, the largest first");
const oneModel = text("litellm_model_id", "one deployment, by its id");

const keyFilters = [
  ...page("size", 100),
  text("user_id", "keys of a user"),
  text("team_id", "keys of a team"),
  text("organization_id", "keys of an organization"),
  text("key_hash", "one key, by its hash"),
  text("key_alias", "keys with this alias"),
  choice("status", ["deleted"], "deleted keys in place of live ones"),
];
const keyList = [
  ...keyFilters,
  text("sort_by", "a column such as created_at or spend"),
  order,
  { name: "return_full_object", type: "boolean", doc: "whole keys in place of their hashes" } as const,
];
const logs = [
  ...dates,
  ...spendOf,
  text("team_id", "of one team"),
  text("request_id", "one call"),
  ...page("page_size", 500),
];
const teamList = [
  text("user_id", "teams of a user"),
  text("team_id", "one team"),
  text("team_alias", "teams with this name"),
];
const members = [text("team_id", "the team; the key's own when absent")];
const endUserInfo = [text("end_user_id", "what calls send as `user`"), text("user_id", "the same")];
const activity = [...dates, ...spendOf];

export const QUERIES: Readonly<Record<string, readonly QueryParameter[]>> = {
  "GET /audit": [
    count("limit", "so many events, at most 500"),
    count("before", "events older than this number"),
    text("action", "such as key.create"),
    text("target_kind", "events of one kind of object"),
    text("target_id", "events of one object"),
    text("actor_kind", "with actor_id: master_key, key, user or system"),
    text("actor_id", "events of one actor"),
    choice("outcome", ["ok", "denied"], "how it ended"),
    text("search", "part of an action, a name, an id or an address"),
  ],
  "GET /console/views": [choice("page", ["keys", "logs", "usage"], "the page they are views of")],
  "GET /audit/verify": [
    { name: "progress", type: "boolean", doc: "JSON lines on the way, the verdict last" },
    text("key", "the id of a former key whose heads count, too; may be repeated"),
  ],
  "GET /budget/requests": [
    choice("state", ["open", "approved", "declined", "withdrawn"], "requests in this state"),
  ],
  "GET /jobs": [
    count("limit", "so many jobs, at most 200"),
    count("page", "from 1"),
    text("kind", "jobs of one kind, such as export.usage"),
    choice("state", ["queued", "running", "done", "failed", "cancelled"], "jobs in this state"),
  ],
  "GET /jobs/{id}/file": [text("link", "the secret of a link to this file; no key is needed with it")],
  "GET /privacy/requests": [
    choice("state", ["open", "finished"], "open or finished ones"),
    choice("type", REQUEST_TYPES, "of one type"),
    ...page("page_size", 100),
  ],
  "GET /privacy/records": [choice("format", ["json", "csv"], "json when absent")],
  "GET /compliance": [
    choice("framework", ["guide", "gdpr", "soc2"], "checks of one framework"),
    choice(
      "status",
      ["passed", "attested", "waived", "failed", "unknown", "expired", "not_applicable"],
      "checks that stand so",
    ),
  ],
  "GET /compliance/checks/{check}": [count("limit", "so many results, at most 500")],
  "GET /compliance/history": [count("days", "so many days back, at most 400")],
  "GET /model/info": [oneModel],
  "GET /v2/model/info": [
    oneModel,
    text("modelId", "the same"),
    text("model", "deployments of one model"),
    text("search", "part of a name"),
    ...page("size", 1000),
  ],
  "GET /model_group/info": [text("model_group", "one model")],
  "GET /health": [{ name: "lite", type: "boolean", doc: "the short answer, also with a key" }],
  "GET /key/info": [text("key", "the key's secret, hash or id; the caller's own when absent")],
  "GET /key/list": keyList,
  "GET /key/aliases": keyFilters,
  "GET /user/list": [
    text("role", "users with a role"),
    choice("kind", ["person", "service"], "people, or accounts of programs"),
    text("user_ids", "these users, `a,b,c`"),
    text("team", "members of a team"),
    text("user_email", "part of an address"),
    text("user_alias", "part of a name"),
    text("search", "part of an id, an address or a name"),
    text("sort_by", "a column such as spend"),
    order,
    ...page("page_size", 100),
  ],
  "GET /user/info": [text("user_id", "the user; the caller's own when absent")],
  "GET /v2/user/info": [text("user_id", "the user; the caller's own when absent")],
  "GET /team/info": members,
  "GET /team/permissions_list": members,
  "GET /team/list": [...teamList, ...page("page_size", 1000)],
  "GET /v2/team/list": [...teamList, ...page("page_size", 100)],
  "GET /budget/settings": [text("budget_id", "the tier")],
  "GET /customer/info": endUserInfo,
  "GET /end_user/info": endUserInfo,
  "GET /customer/list": page("page_size", 1000),
  "GET /end_user/list": page("page_size", 1000),
  "GET /alerts": [count("limit", "at most 500")],
  "GET /tag/info": [text("names", "tags, `a,b,c`"), text("name", "the same")],
  "GET /tag/list": page("page_size", 1000),
  "GET /spend/logs": [
    ...logs,
    choice(
      "summarize",
      ["true", "false"],
      "sums a day when both dates are given (the default), or single records",
    ),
  ],
  "GET /spend/logs/v2": logs,
  "GET /spend/logs/ui": logs,
  "GET /spend/keys": page("page_size", 500),
  "GET /spend/users": page("page_size", 500),
  "GET /spend/tags": [...dates, text("tags", "some tags, `a,b,c`"), rows],
  "GET /global/spend/keys": [...dates, rows],
  "GET /global/spend/models": [...dates, rows],
  "GET /global/spend/logs": [...dates, text("api_key", "of one key: its secret, hash or id")],
  "GET /global/spend/teams": dates,
  "GET /global/spend/provider": dates,
  "GET /global/spend/tags": [...dates, text("tags", "some tags, `a,b,c`"), rows],
  "GET /global/spend/end_users": [...dates, rows],
  "GET /global/spend/report": [
    ...dates,
    choice("group_by", ["team", "customer", "api_key"], "whose sums; team when absent"),
    text("api_key", "of one key"),
    text("internal_user_id", "of one user"),
    text("team_id", "of one team"),
    text("customer_id", "of one end user"),
  ],
  "GET /global/activity": activity,
  "GET /global/activity/model": [...activity, rows],
  "GET /usage": [
    text("model", "the limits of one model besides"),
    text("customer_id", "the limits of one end user besides; a call's own headers name one too"),
  ],
  "GET /user/daily/activity": [...dates, ...spendOf],
  "GET /team/daily/activity": [...dates, text("team_ids", "teams, `a,b,c`"), text("team_id", "one team")],
  "GET /incident/list": [
    choice("state", ["open", "closed"], "those alone"),
    count("limit", "rows of a page, at most 500"),
    count("page", "from 1"),
  ],
  "GET /console/first-call": [text("key_id", "the key whose latest call is asked for")],
};
