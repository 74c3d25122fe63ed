/** Every change of an alert channel, with its audit event; and the message that tries one out. */
import { eq } from "drizzle-orm";
import { type ChannelRow, lockChannel, noteTest } from "#db/queries/alert-channels.ts";
import { alertChannels } from "#db/schema/operate.ts";
import { type Actor, writeAudit } from "../audit/audit.ts";
import { change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import { open, seal } from "../secret-box.ts";
import type { ChannelSecrets, ChannelSettings, NewChannelBody, UpdateChannelBody } from "./channel-schema.ts";
import { type OpenChannel, type PostOptions, post } from "./post.ts";

/** A sealed text copied to another row does not open there. */
const contextOf = (id: string) => `alert_channels:${id}`;

export interface ChannelOperations extends Operations {
  readonly encryptionKey: () => string | null;
}

/** @throws GatewayError invalid_request naming the field at fault */
export function createChannel(
  operations: ChannelOperations,
  actor: Actor,
  body: NewChannelBody,
): Promise<ChannelRow> {
  const nowMs = operations.nowMs();
  const id = newId("chn", nowMs);
  requireWay(body.kind, body);
  const secrets: ChannelSecrets = secretsOf(body, {});
  return change(operations, async (tx) => {
    const [row] = await tx
      .insert(alertChannels)
      .values({
        id,
        name: body.name,
        kind: body.kind,
        settings: { ...settingsOf(body, null) },
        sealed: sealed(operations, id, secrets),
        events: body.events ?? [],
        enabled: body.enabled ?? true,
        createdBy: actor.id,
        updatedBy: actor.id,
        createdAt: new Date(nowMs),
        updatedAt: new Date(nowMs),
      })
      .returning();
    if (!row) throw new GatewayError("internal", "The channel was not stored.");
    await audit(operations, tx, actor, "alert_channel.create", null, row);
    return { result: row, changes: [] };
  });
}

/** Changes what the body names and nothing else. @throws GatewayError not_found, invalid_request */
export function updateChannel(
  operations: ChannelOperations,
  actor: Actor,
  body: UpdateChannelBody,
): Promise<ChannelRow> {
  return change(operations, async (tx) => {
    const before = await lockChannel(tx, body.id);
    if (!before) throw noChannel();
    const known = openSecrets(operations.encryptionKey(), before.id, before.sealed);
    const [after] = await tx
      .update(alertChannels)
      .set({
        name: body.name ?? before.name,
        settings: { ...settingsOf(body, readSettings(before.settings)) },
        sealed: sealed(operations, before.id, secretsOf(body, known ?? {})),
        events: body.events ?? before.events,
        enabled: body.enabled ?? before.enabled,
        updatedBy: actor.id,
        updatedAt: new Date(operations.nowMs()),
      })
      .where(eq(alertChannels.id, body.id))
      .returning();
    if (!after) throw noChannel();
    await audit(operations, tx, actor, "alert_channel.update", before, after);
    return { result: after, changes: [] };
  });
}

/** What still waited for it is not sent. @throws GatewayError not_found */
export function deleteChannel(operations: ChannelOperations, actor: Actor, id: string): Promise<ChannelRow> {
  return change(operations, async (tx) => {
    const before = await lockChannel(tx, id);
    if (!before) throw noChannel();
    await tx.delete(alertChannels).where(eq(alertChannels.id, id));
    await audit(operations, tx, actor, "alert_channel.delete", before, null);
    return { result: before, changes: [] };
  });
}

/** Sends a message of its own to the channel and notes how that went. @returns null when it went well, else why not */
export async function testChannel(
  row: ChannelRow,
  encryptionKey: string | null,
  options: PostOptions,
  sql: Parameters<typeof noteTest>[0],
): Promise<string | null> {
  const at = new Date(options.nowMs);
  const alert = {
    alert_id: "alt_test",
    at,
    kind: "test",
    severity: "info",
    subject_kind: "gateway",
    subject_id: "",
    subject_name: "gateway",
    message: `Test of the channel "${row.name}": alerts arrive here.`,
    data: {},
  };
  const failure = await post(openChannel(row, encryptionKey), [alert], options).then(() => null, sentenceOf);
  await noteTest(sql, row.id, at, failure ?? "ok");
  return failure;
}

/** Why a message did not go out, for the operator. Addresses of channels are secrets and are not in it. */
export function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/https?:\/\/\S+/g, "its address").slice(0, 300);
}

export function openChannel(
  row: Pick<ChannelRow, "id" | "kind" | "settings" | "sealed">,
  encryptionKey: string | null,
): OpenChannel {
  const secrets = openSecrets(encryptionKey, row.id, row.sealed) ?? {};
  return { kind: row.kind, settings: readSettings(row.settings), secrets };
}

export function readSettings(stored: Record<string, unknown>): ChannelSettings {
  return { minSeverity: "info", quiet: null, ...stored };
}

function settingsOf(
  body: Partial<NewChannelBody> | UpdateChannelBody,
  before: ChannelSettings | null,
): ChannelSettings {
  const to = body.to ?? before?.to;
  const host = body.url === undefined ? before?.host : new URL(body.url).host;
  return {
    ...(host === undefined ? {} : { host }),
    ...(to === undefined ? {} : { to }),
    minSeverity: body.min_severity ?? before?.minSeverity ?? "info",
    quiet: body.quiet === undefined ? (before?.quiet ?? null) : body.quiet,
  };
}

function secretsOf(body: Pick<UpdateChannelBody, "url" | "secret">, known: ChannelSecrets): ChannelSecrets {
  const url = body.url ?? known.url;
  const secret = body.secret === undefined ? known.secret : (body.secret ?? undefined);
  return { ...(url === undefined ? {} : { url }), ...(secret === undefined ? {} : { secret }) };
}

function requireWay(kind: NewChannelBody["kind"], body: NewChannelBody): void {
  const param = kind === "email" ? "to" : "url";
  if (body[param] !== undefined) return;
  const what = kind === "email" ? "the addresses that mail goes to" : "the address to call";
  throw new GatewayError("invalid_request", `${param} is missing: ${what}`, { param });
}

function sealed(operations: ChannelOperations, id: string, secrets: ChannelSecrets): string | null {
  if (Object.keys(secrets).length === 0) return null;
  const key = operations.encryptionKey();
  if (key === null)
    throw new GatewayError(
      "invalid_request",
      "This gateway has no SHIN_ENCRYPTION_KEY and so stores no address: set it (openssl rand -hex 32) and start again.",
      { param: "url" },
    );
  return seal(key, contextOf(id), JSON.stringify(secrets));
}

/** Null when it cannot be opened: another key, or changed in the database. */
function openSecrets(key: string | null, id: string, text: string | null): ChannelSecrets | null {
  if (text === null) return {};
  if (key === null) return null;
  const opened = open(key, contextOf(id), text);
  return opened.kind === "open" ? JSON.parse(opened.text) : null;
}

async function audit(
  operations: ChannelOperations,
  tx: Parameters<typeof writeAudit>[0],
  actor: Actor,
  action: string,
  before: ChannelRow | null,
  after: ChannelRow | null,
): Promise<void> {
  const shown = (row: ChannelRow | null) => {
    if (row === null) return null;
    const { sealed: hidden, ...rest } = row;
    return { ...rest, secrets: hidden === null ? 0 : 1 };
  };
  const id = after?.id ?? before?.id ?? "";
  await writeAudit(tx, actor, operations.nowMs(), {
    action,
    target: { kind: "setting", id: `alert channel ${id}` },
    before: shown(before),
    after: shown(after),
  });
}

function noChannel(): GatewayError {
  return new GatewayError("not_found", "There is no alert channel with this id.", { param: "id" });
}
