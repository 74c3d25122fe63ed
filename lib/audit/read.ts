/** The audit log as people with the right to it read and search it: opened, with the names that people have now. */
import { isIP } from "node:net";
import type { Sql } from "#db/client.ts";
import {
  type AuditChoices,
  type AuditCursor,
  type AuditFilter,
  type AuditRow,
  auditChoices,
  findAudit,
  listAudit,
  namesOf,
  peopleLike,
} from "#db/queries/console-audit.ts";
import { keysByHash, livingKeys } from "#db/queries/subject-keys.ts";
import { nameOwner, type Owner } from "./personal.ts";
import type { AuditSealer } from "./sealer.ts";

export interface AuditReader {
  readonly sql: Sql;
  readonly auditSealer: AuditSealer;
}

/** What is asked for, in ids as people know them. */
export interface AskedEvents
  extends Omit<AuditFilter, "actor" | "targetIds" | "textPseudonyms" | "textSealed"> {
  readonly actor?: Owner;
  readonly targetId?: string;
}

const MOST_PEOPLE = 200;
/** An address is looked for among so many people's. */
const MOST_KEYS = 5_000;

/** At most `limit` events, opened, the newest first whichever way the cursor points. */
export async function readAudit(
  reader: AuditReader,
  asked: AskedEvents,
  cursor: AuditCursor,
  limit: number,
): Promise<AuditRow[]> {
  return openedRows(reader, await listAudit(reader.sql, await filterOf(reader, asked), cursor, limit));
}

/** One event, opened, or null. */
export async function readEvent(reader: AuditReader, seq: bigint): Promise<AuditRow | null> {
  const row = await findAudit(reader.sql, seq);
  return row && ((await openedRows(reader, [row]))[0] ?? null);
}

/** What the latest events hold, for filters; people who were erased by their pseudonym. */
export async function readChoices(reader: AuditReader, latest: number): Promise<AuditChoices> {
  const choices = await auditChoices(reader.sql, latest);
  const actors = await reader.auditSealer.opened(choices.actors);
  const names = await namesById(
    reader.sql,
    actors.map((one) => ({ kind: one.kind, id: one.id })),
  );
  return {
    ...choices,
    actors: actors.map((one) => ({ ...one, name: names.get(`${one.kind}:${one.id}`) ?? one.name })),
  };
}

/** Events that were read elsewhere, opened. */
export async function openedRows<
  T extends { actor_kind: string; actor_id: string; actor_name: string | null },
>({ auditSealer, sql }: AuditReader, rows: readonly T[]): Promise<T[]> {
  const opened = await auditSealer.opened(rows);
  const named = opened.flatMap((row) => [
    { kind: row.actor_kind, id: row.actor_id },
    ...("target_id" in row && "target_kind" in row
      ? [{ kind: String(row.target_kind), id: String(row.target_id) }]
      : []),
  ]);
  const names = await namesById(sql, named);
  return opened.map((row) => ({
    ...row,
    actor_name: row.actor_name ?? names.get(`${row.actor_kind}:${row.actor_id}`) ?? null,
    ...("target_name" in row && "target_id" in row && "target_kind" in row
      ? { target_name: names.get(`${row.target_kind}:${row.target_id}`) ?? row.target_name }
      : {}),
  }));
}

async function namesById(sql: Sql, owners: readonly Owner[]): Promise<Map<string, string>> {
  const idsOf = (kind: string) => [
    ...new Set(owners.filter((owner) => owner.kind === kind).map(({ id }) => id)),
  ];
  const rows = await namesOf(sql, idsOf("user"), idsOf("end_user"));
  return new Map(rows.flatMap(({ id, kind, name }) => (name === null ? [] : [[`${kind}:${id}`, name]])));
}

/** The filter as the sealed log answers it. */
async function filterOf(reader: AuditReader, asked: AskedEvents): Promise<AuditFilter> {
  const { actor, targetId, ...rest } = asked;
  const { auditSealer, sql } = reader;
  const { text, targetKind } = rest;
  const idsOf = async (owners: readonly Owner[]) => [
    ...owners.map(({ id }) => id),
    ...(await auditSealer.pseudonymsOf(owners)),
  ];
  const kinds = targetKind === undefined ? ["user", "end_user"] : [targetKind];
  return {
    ...rest,
    ...(actor === undefined ? {} : { actor: { kind: actor.kind, ids: await idsOf([actor]) } }),
    ...(targetId === undefined
      ? {}
      : { targetIds: [...new Set(await idsOf(kinds.map((kind) => ({ kind, id: targetId }))))] }),
    ...(text === undefined ? {} : await textForms(sql, auditSealer, text)),
  };
}

async function textForms(sql: Sql, sealer: AuditSealer, text: string) {
  const people: Owner[] = await peopleLike(sql, text, MOST_PEOPLE);
  const exact = ["user", "end_user"].map((kind) => ({ kind, id: text }));
  const claim = nameOwner(text);
  const keys =
    isIP(text) > 0 ? await livingKeys(sql, MOST_KEYS) : await keysByHash(sql, [sealer.hashOf(claim)]);
  return {
    textPseudonyms: await sealer.pseudonymsOf([...people, ...exact]),
    textSealed: sealer.sealedForms(keys, text),
  };
}
