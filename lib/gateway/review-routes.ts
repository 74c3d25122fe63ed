/** Access reviews over HTTP: begin one, decide about each account, finish it; viewers read. */
import { findReview, listReviews, reviewItems } from "#db/queries/access-reviews.ts";
import { operationsOf } from "#lib/operations.ts";
import { abandonReview, decide, finishReview, startReview, takeRecord } from "#lib/reviews/operations.ts";
import { decideSchema, finishSchema } from "#lib/reviews/schema.ts";
import { itemView, reviewView } from "#lib/reviews/view.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import type { AuthenticatedContext } from "./context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

const MOST = 200;

const list: Run = async (deps) =>
  json(200, { reviews: (await listReviews(deps.db, MOST)).map((review) => reviewView(review)) });

const start: Run = async (deps, context) =>
  json(200, { id: await startReview(operationsOf(deps), actorOf(context)) });

const one: Run = async (deps, context) => {
  const review = await findReview(deps.db, idOf(context));
  if (!review) throw new GatewayError("not_found", "There is no such access review.", { param: "id" });
  const items = await reviewItems(deps.db, review.id);
  return json(200, { ...reviewView(review), accounts: items.map(itemView) });
};

const decideOne: Run = async (deps, context) => {
  const { decision, note, user_id: userId } = await readBody(context, decideSchema);
  const given = { reviewId: idOf(context), userId, decision, note: note?.trim() || null };
  await decide(operationsOf(deps), actorOf(context), given);
  return json(200, { id: given.reviewId, user_id: userId, decision });
};

const finish: Run = async (deps, context) => {
  const { confirm = null } = await readBody(context, finishSchema);
  const given = { reviewId: idOf(context), confirm };
  return json(200, await finishReview(operationsOf(deps), actorOf(context), given, deps.auditSigner.key));
};

const abandon: Run = async (deps, context) => {
  await abandonReview(operationsOf(deps), actorOf(context), idOf(context));
  return json(200, { id: idOf(context), state: "abandoned" });
};

const record: Run = async (deps, context) => {
  const id = idOf(context);
  const taken = await takeRecord(operationsOf(deps), actorOf(context), id);
  return json(200, taken, { "content-disposition": `attachment; filename="access-review-${id}.json"` });
};

function idOf({ params }: AuthenticatedContext): string {
  return params["id"] ?? "";
}

const route = (method: "GET" | "POST", path: string, run: Run): KeyRoute => ({
  method,
  path: `/access-reviews${path}`,
  access: "admin",
  run,
});

export const REVIEW_ROUTES: readonly KeyRoute[] = [
  route("GET", "", list),
  route("POST", "", start),
  route("GET", "/{id}", one),
  route("POST", "/{id}/decide", decideOne),
  route("POST", "/{id}/finish", finish),
  route("POST", "/{id}/abandon", abandon),
  route("GET", "/{id}/record", record),
];
