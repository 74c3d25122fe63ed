/** What was said in calls, where it is kept: what is told of it, and reading it by break-glass. */
import { approveUnlock, type GlassDeps, readContent, unlockContent } from "#lib/content/break-glass.ts";
import { approveUnlockSchema, unlockSchema } from "#lib/content/schema.ts";
import { callContentView, contentStanding, shownUnlock } from "#lib/content/view.ts";
import { operationsOf } from "#lib/operations.ts";
import { noFieldsSchema } from "#lib/privacy/requests/schema.ts";
import { readBody } from "./admin-body.ts";
import type { GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { requireContentReader, requirePrivacyReader } from "./privacy-access.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

const MOST_CALLS = 100;

const glassOf = (deps: GatewayDeps): GlassDeps => ({ operations: operationsOf(deps), jobs: deps });

const list: Run = async (deps, context) => {
  requirePrivacyReader(context);
  const { days, kept, oldest, optIn, secondPerson, stored, unlocks } = await contentStanding(
    { jobs: deps },
    MOST_CALLS,
  );
  return json(200, {
    stored,
    opt_in: optIn,
    second_person: secondPerson,
    days,
    kept,
    oldest: oldest?.toISOString() ?? null,
    unlocks: unlocks.map((one) => shownUnlock(one, deps.clock.now())),
  });
};

async function shown(deps: GatewayDeps, callId: string) {
  const { kept, unlocks } = await callContentView({ jobs: deps }, callId);
  return {
    call_id: callId,
    kept: kept !== null,
    kept_until: kept?.until?.toISOString() ?? null,
    unlocks: unlocks.map((one) => shownUnlock(one, deps.clock.now())),
  };
}

const one: Run = async (deps, context) => {
  requirePrivacyReader(context);
  return json(200, await shown(deps, idOf(context.params)));
};

const unlock: Run = async (deps, context) => {
  const by = requireContentReader(context);
  const callId = idOf(context.params);
  const { reason } = await readBody(context, unlockSchema);
  const id = await unlockContent(glassOf(deps), by, callId, reason);
  return json(200, { unlock: id, ...(await shown(deps, callId)) });
};

const approve: Run = async (deps, context) => {
  const by = requireContentReader(context);
  const callId = idOf(context.params);
  const { unlock: id } = await readBody(context, approveUnlockSchema);
  await approveUnlock(glassOf(deps), by, callId, id);
  return json(200, { unlock: id, ...(await shown(deps, callId)) });
};

/** A POST: it writes an event, and nothing on the way may keep its answer. */
const read: Run = async (deps, context) => {
  const by = requireContentReader(context);
  const callId = idOf(context.params);
  await readBody(context, noFieldsSchema);
  const content = await readContent(glassOf(deps), by, callId);
  const { answer, request, unlock: opened } = content;
  const body = {
    call_id: callId,
    unlock: opened.id,
    open_until: opened.openUntil?.toISOString() ?? null,
    request,
    answer,
  };
  return json(200, body, { "cache-control": "no-store" });
};

function idOf({ id = "" }: Readonly<Record<string, string>>): string {
  return id;
}

export const CONTENT_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/privacy/contents", access: "own", run: list },
  { method: "GET", path: "/privacy/contents/{id}", access: "own", run: one },
  { method: "POST", path: "/privacy/contents/{id}/unlock", access: "manage", asksForRole: true, run: unlock },
  {
    method: "POST",
    path: "/privacy/contents/{id}/approve",
    access: "manage",
    asksForRole: true,
    run: approve,
  },
  { method: "POST", path: "/privacy/contents/{id}/read", access: "manage", asksForRole: true, run: read },
];
