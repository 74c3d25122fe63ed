/** The end of an erasure: the search for what is left, the key destroyed, and the certificate, in one transaction. */
import { sql as raw } from "drizzle-orm";
import type { Sql } from "#db/client.ts";
import { countBudgets, recordOwner, sumHourly } from "#db/queries/erasure-sums.ts";
import { lookThroughStretch, textColumns } from "#db/queries/mentions.ts";
import { erasures } from "#db/schema/privacy.ts";
import { type Actor, writeAudit } from "../audit/audit.ts";
import { nameOwner, type Owner } from "../audit/personal.ts";
import type { JobDeps } from "../jobs/deps.ts";
import { type Certificate, certificateSchema, signCertificate } from "./certificate.ts";
import type { ErasureOrder } from "./erasure.ts";
import { keptThings } from "./kept.ts";
import { CLEAR_EVENTS, type Located, locateAll } from "./locate.ts";
import { namesOf } from "./names.ts";
import type { Identity } from "./subject.ts";
import { type Place, stretches } from "./walk.ts";

/** What an erasure knows while it runs; it stands in the job's cursor and is gone with its end. */
export interface ErasureState {
  readonly erasure: string;
  readonly step: number;
  /** How far the step is in the records. */
  readonly place: Place | null;
  readonly startedAt: string;
  readonly order: ErasureOrder;
  readonly identity: Identity;
  readonly pseudonym: string;
  readonly ips: readonly string[];
  readonly before: Located;
  readonly costNanoUsd: string;
}

/** Destroys the key and signs what was done. The job forgets whom it was about. */
export async function finish(deps: JobDeps, jobId: string | null, state: ErasureState): Promise<Certificate> {
  const { auditSealer, auditSigner, sql } = deps;
  const { identity, order, pseudonym } = state;
  const nowMs = deps.clock.now();
  await deps.ledger.flush();
  const records = await lookThrough(sql, identity, pseudonym);
  const left = { rows: records.left, costNanoUsd: 0n, ips: state.ips };
  const after = await locateAll(deps, identity, jobId, left);
  const moved = await movedSums(sql, identity, pseudonym, records.moved);
  const { scan } = records;
  const hashes = ownersOf(identity, await aliasIsTheirs(sql, identity)).map((owner) =>
    auditSealer.hashOf(owner),
  );
  const personOf = async (id: string) =>
    /^(master_key$|key_|shin )/.test(id) ? id : auditSealer.pseudonymOf({ kind: "user", id }, nowMs);
  const head = await auditSigner.sign();
  const { audit_events: events = 0, [CLEAR_EVENTS]: clear = 0, subject_keys: _key, ...still } = after.stores;
  const stores = [...new Set([...Object.keys(state.before), ...Object.keys(still)])].sort().map((store) => ({
    store,
    action: ACTIONS[store] ?? "replaced",
    before: state.before[store] ?? 0,
    after: store === "subject_keys" ? 0 : (still[store] ?? 0),
  }));
  const certificate = signCertificate(auditSigner.key, {
    id: state.erasure,
    requestId: order.requestId,
    subject: { kind: identity.subject.kind, pseudonym },
    startedAt: state.startedAt,
    finishedAt: new Date(nowMs).toISOString(),
    operator: await personOf(order.operator),
    approver: order.approver === null ? null : await personOf(order.approver),
    stores: stores.filter(({ store }) => store !== "audit_events" && store !== CLEAR_EVENTS),
    kept: keptThings(moved, events, clear),
    sums: {
      records: records.moved,
      costNanoUsdBefore: state.costNanoUsd,
      costNanoUsdAfter: String(records.costNanoUsd),
    },
    scan: clear === 0 ? scan : { ...scan, found: { ...scan.found, audit_events: clear } },
    audit: head && { number: head.number, hash: head.hash },
  });
  await deps.db.transaction(async (tx) => {
    await tx.insert(erasures).values({
      id: state.erasure,
      at: new Date(nowMs),
      subjectKind: identity.subject.kind,
      pseudonym,
      subjectHashes: hashes,
      certificate,
    });
    for (const hash of hashes)
      await tx.execute(raw`
        update subject_keys set subject_hash = null, sealed_key = null, destroyed_at = ${new Date(nowMs).toISOString()}
        where subject_hash = ${hash}`);
    const input = JSON.stringify({
      subject: { kind: identity.subject.kind, id: pseudonym },
      requestId: order.requestId,
    });
    await tx.execute(raw`
      update jobs set input = ${input}::jsonb, progress = ${JSON.stringify({ cursor: { erasure: state.erasure } })}::jsonb,
        unique_key = null where id = ${jobId}`);
    await writeAudit(tx, operatorOf(order), nowMs, {
      action: "privacy.erase",
      target: { kind: identity.subject.kind, id: pseudonym },
      before: null,
      after: {
        erasure: state.erasure,
        request: order.requestId,
        found: Object.keys(certificate.scan.found).length,
      },
    });
  });
  auditSealer.forget(nowMs);
  await auditSigner.signIfWhole();
  return certificate;
}

/** Who runs it, as the audit log names actors. */
export function operatorOf({ operator, requestId }: ErasureOrder): Actor {
  const base = { claimedBy: null, ip: null, requestId };
  if (operator === "master_key") return { kind: "master_key", id: "default_user_id", ...base };
  if (operator.startsWith("shin ")) return { kind: "system", id: operator, ...base };
  if (operator.startsWith("key_")) return { kind: "key", id: operator, ...base };
  return { kind: "user", id: operator, ...base };
}

/** The certificate of an erasure that ended, though its job did not hear of it. */
export async function finishedCertificate(sql: Sql, cursor: unknown): Promise<Certificate | null> {
  const id: unknown =
    typeof cursor === "object" && cursor !== null ? Reflect.get(cursor, "erasure") : undefined;
  if (typeof id !== "string") return null;
  const [row] = await sql<{ certificate: unknown }[]>`select certificate from erasures where id = ${id}`;
  return row ? certificateSchema.parse(row.certificate) : null;
}

const ACTIONS: Readonly<Record<string, string>> = {
  spend_records: "pseudonymised",
  spend_hourly: "pseudonymised",
  budget_spend: "pseudonymised",
  privacy_requests: "pseudonymised",
  privacy_holds: "pseudonymised",
  subject_keys: "destroyed",
  log_file: "rewritten",
  virtual_keys: "revoked and emptied",
  ...Object.fromEntries(
    [
      ...[
        "users",
        "end_users",
        "memberships",
        "console_sessions",
        "console_codes",
        "console_accounts",
        "saved_views",
      ],
      ...["call_contents", "key_networks", "alerts", "job_files"],
    ].map((table) => [table, "deleted"]),
  ),
};

/** Whose keys sealed something about the person: their own, their virtual keys', and those of names that callers gave. */
function ownersOf({ alias, email, ids, keyIds, subject }: Identity, aliasToo: boolean): Owner[] {
  const called = [...ids, email, aliasToo ? alias : null].filter((name): name is string => name !== null);
  return [
    { kind: subject.kind, id: subject.id },
    ...keyIds.map((id) => ({ kind: "key", id })),
    ...called.map(nameOwner),
  ];
}

/** Another Ann's events stay readable. */
async function aliasIsTheirs(sql: Sql, { alias }: Identity): Promise<boolean> {
  if (alias === null) return false;
  const [other] = await sql`select 1 from users where lower(alias) = ${alias.toLowerCase()}
    union all select 1 from end_users where lower(alias) = ${alias.toLowerCase()} limit 1`;
  return other === undefined;
}

/** What stands under the pseudonym now. */
async function movedSums(
  sql: Sql,
  { subject }: Identity,
  pseudonym: string,
  records: number,
): Promise<Located> {
  const hours = subject.kind === "user" ? (await sumHourly(sql, [pseudonym])).rows : 0;
  const budgets = await countBudgets(sql, subject.kind, [pseudonym]);
  return { spend_records: records, spend_hourly: hours, budget_spend: budgets };
}

/** One walk over the records: what is left, what moved, and every column of text searched for a name. */
async function lookThrough(sql: Sql, identity: Identity, pseudonym: string) {
  const columns = await textColumns(sql);
  const { pattern, words } = await namesOf(sql, identity);
  const own = columns.filter(({ table }) => table === "spend_records").map(({ column }) => column);
  const owner = recordOwner(identity.subject.kind, identity.ids);
  let [left, moved, named, costNanoUsd] = [0, 0, 0, 0n];
  for await (const stretch of stretches(sql, { to: "read" })) {
    const found = await lookThroughStretch(sql, { owner, pseudonym, columns: own, words, pattern }, stretch);
    left += found.left;
    moved += found.moved;
    named += found.named;
    costNanoUsd += found.costNanoUsd;
  }
  const found: Record<string, number> = named > 0 ? { spend_records: named } : {};
  return { left, moved, costNanoUsd, scan: { places: columns.length, found } };
}
