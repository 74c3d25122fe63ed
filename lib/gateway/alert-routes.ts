/** Alerts over HTTP: what was raised, and the channels that it is sent to. */
import { listChannels, lockChannel } from "#db/queries/alert-channels.ts";
import { listAlerts } from "#db/queries/alerts.ts";
import {
  type ChannelOperations,
  createChannel,
  deleteChannel,
  readSettings,
  testChannel,
  updateChannel,
} from "#lib/alerts/channel-operations.ts";
import { newChannelSchema, oneChannelSchema, updateChannelSchema } from "#lib/alerts/channel-schema.ts";
import { writeAudit } from "#lib/audit/audit.ts";
import { operationsOf } from "#lib/operations.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf, queryNumber } from "./admin-context.ts";
import type { GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

const operations = (deps: GatewayDeps): ChannelOperations => ({
  ...operationsOf(deps),
  encryptionKey: () => deps.policy().config.encryptionKey,
});

const alerts: Run = async (deps, context) => {
  const rows = await listAlerts(deps.sql, queryNumber(context, "limit", 50, 1, 500));
  return json(200, {
    alerts: rows.map(({ at, failed, sent, subject_id, subject_kind, subject_name, ...row }) => ({
      ...row,
      raised_at: at.toISOString(),
      subject: { kind: subject_kind, id: subject_id, name: subject_name },
      delivered: Number(sent),
      not_delivered: Number(failed),
    })),
  });
};

const channels: Run = async (deps) => {
  const rows = await listChannels(deps.sql, new Date(deps.clock.now()));
  return json(200, {
    channels: rows.map(
      ({ created_at, failed, last_error, sealed, sent, settings, tested_at, waiting, ...row }) => {
        const { host, minSeverity, quiet, to } = readSettings(settings);
        return {
          ...row,
          host: host ?? null,
          to: to ?? null,
          min_severity: minSeverity,
          quiet,
          has_secret: sealed !== null,
          tested_at: tested_at?.toISOString() ?? null,
          created_at: created_at.toISOString(),
          last_30_days: { sent: Number(sent), waiting: Number(waiting), failed: Number(failed), last_error },
        };
      },
    ),
  });
};

const create: Run = async (deps, context) => {
  const row = await createChannel(
    operations(deps),
    actorOf(context),
    await readBody(context, newChannelSchema),
  );
  return json(200, { id: row.id, message: `The channel "${row.name}" was made: send it a test.` });
};

const update: Run = async (deps, context) => {
  const body = await readBody(context, updateChannelSchema);
  const row = await updateChannel(operations(deps), actorOf(context), body);
  return json(200, { id: row.id, message: `The channel "${row.name}" was saved.` });
};

const remove: Run = async (deps, context) => {
  const { id } = await readBody(context, oneChannelSchema);
  const row = await deleteChannel(operations(deps), actorOf(context), id);
  return json(200, { id, message: `The channel "${row.name}" was deleted.` });
};

/** 200 with how it went: the gateway did its part either way. */
const test: Run = async (deps, context) => {
  const { id } = await readBody(context, oneChannelSchema);
  const row = await deps.db.transaction(async (tx) => {
    const found = await lockChannel(tx, id);
    if (!found)
      throw new GatewayError("not_found", "There is no alert channel with this id.", { param: "id" });
    await writeAudit(tx, actorOf(context), deps.clock.now(), {
      action: "alert_channel.test",
      target: { kind: "setting", id: `alert channel ${id}` },
      before: null,
      after: null,
    });
    return found;
  });
  const failure = await testChannel(
    row,
    deps.policy().config.encryptionKey,
    deps.alertDesk.posting(),
    deps.sql,
  );
  return json(200, { delivered: failure === null, reason: failure });
};

const post = (path: string, run: Run): KeyRoute => ({ method: "POST", path, access: "admin", run });

export const ALERT_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/alerts", access: "admin", run: alerts },
  { method: "GET", path: "/alerts/channels", access: "admin", run: channels },
  post("/alerts/channels/new", create),
  post("/alerts/channels/update", update),
  post("/alerts/channels/delete", remove),
  post("/alerts/channels/test", test),
];
