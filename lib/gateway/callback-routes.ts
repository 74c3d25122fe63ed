/** Callbacks over HTTP: how each destination stands, and a test. Where they are is configuration. */
import { writeAudit } from "#lib/audit/audit.ts";
import { destinationOf } from "#lib/callbacks/open.ts";
import { testCallbackSchema } from "#lib/callbacks/schema.ts";
import { readCallbacks } from "#lib/callbacks/standing.ts";
import { testCallback } from "#lib/callbacks/test-send.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

const callbacks: Run = async (deps, { policy }) =>
  json(200, { callbacks: await readCallbacks(deps.sql, policy.config.callbacks, deps.clock.now()) });

/** 200 with how it went: the gateway did its part either way. */
const test: Run = async (deps, context) => {
  const { destination: kind } = await readBody(context, testCallbackSchema);
  const destination = destinationOf(deps, kind);
  if (destination === null)
    throw new GatewayError("not_found", `No records go to ${kind}: it is not configured.`, {
      param: "destination",
    });
  await deps.db.transaction((tx) =>
    writeAudit(tx, actorOf(context), deps.clock.now(), {
      action: "callback.test",
      target: { kind: "setting", id: `callback ${kind}` },
      before: null,
      after: null,
    }),
  );
  const reason = await testCallback(deps, destination);
  return json(200, { delivered: reason === null, reason });
};

export const CALLBACK_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/callbacks", access: "admin", run: callbacks },
  { method: "POST", path: "/callbacks/test", access: "admin", run: test },
];
