/** Spend by tag and by end user, from the records. */
import { spendByEndUser, spendByTag } from "#db/queries/spend-tags.ts";
import { readRange } from "#lib/spend/calendar.ts";
import { endUserSpendSchema } from "#lib/spend/schema.ts";
import { nanoToUsd } from "../money.ts";
import { readBody } from "./admin-body.ts";
import { queryNumber } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { queryList } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";
import { askedDays, daysOf, rangeOf } from "./spend-days.ts";
import { askedSpend, keyIdOf } from "./spend-scope.ts";

type Run = KeyRoute["run"];

const MOST_ROWS = 1000;

/** `GET /spend/tags`: the caller's own, all of them for admins and viewers. */
const ownTags: Run = async (deps, context) => {
  const rows = await tagRows(deps, context);
  return json(
    200,
    rows.map(({ label, requests, costNanoUsd }) => ({
      individual_request_tag: label,
      log_count: requests,
      total_spend: nanoToUsd(costNanoUsd),
    })),
  );
};

const allTags: Run = async (deps, context) => {
  const rows = await tagRows(deps, context);
  return json(200, {
    spend_per_tag: rows.map(({ label, requests, costNanoUsd }) => ({
      name: label,
      spend: nanoToUsd(costNanoUsd),
      log_count: requests,
    })),
  });
};

async function tagRows(deps: GatewayDeps, context: AuthenticatedContext) {
  const tags = queryList(context, "tags");
  const limit = queryNumber(context, "limit", 100, 1, MOST_ROWS);
  await deps.ledger.flush();
  const filter = await askedSpend(deps, context);
  const all = tags === undefined || tags.includes("all-tags");
  return spendByTag(deps.sql, rangeOf(askedDays(deps, context)), filter, all ? null : tags, limit);
}

/** LiteLLM's form of the question. */
const postedEndUsers: Run = async (deps, context) => {
  const body = await readBody(context, endUserSpendSchema);
  const names = { start: "startTime", end: "endTime" };
  const asked = readRange(
    body.startTime || undefined,
    body.endTime || undefined,
    context.policy.config.timezone,
    names,
  );
  const [first] = daysOf(deps, context, asked, names);
  const range = { fromMs: asked.fromMs ?? first?.startMs ?? null, toMs: asked.toMs };
  const filter = body.api_key ? { keyId: await keyIdOf(deps, context, body.api_key) } : {};
  return endUsers(deps, range, filter, 100);
};

const askedEndUsers: Run = async (deps, context) => {
  const limit = queryNumber(context, "limit", 100, 1, MOST_ROWS);
  const range = rangeOf(askedDays(deps, context));
  return endUsers(deps, range, await askedSpend(deps, context), limit);
};

async function endUsers(
  deps: GatewayDeps,
  range: Parameters<typeof spendByEndUser>[1],
  filter: Parameters<typeof spendByEndUser>[2],
  limit: number,
) {
  await deps.ledger.flush();
  const rows = await spendByEndUser(deps.sql, range, filter, limit);
  return json(
    200,
    rows.map(({ label, requests, costNanoUsd }) => ({
      end_user: label,
      total_count: requests,
      total_spend: nanoToUsd(costNanoUsd),
    })),
  );
}

export const SPEND_TAG_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/spend/tags", access: "own", run: ownTags },
  { method: "GET", path: "/global/spend/tags", access: "admin", run: allTags },
  { method: "GET", path: "/global/spend/end_users", access: "admin", run: askedEndUsers },
  { method: "POST", path: "/global/spend/end_users", access: "admin", run: postedEndUsers },
];
