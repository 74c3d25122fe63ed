/**
 * The job that keeps the rotation schedule: reminds of keys that are too old, and for keys with auto_rotate begins the time
 * in which their owner takes a new secret. No secret is made before somebody is there to take it, so none has to be kept.
 */
import { eq } from "drizzle-orm";
import { agesOfKeys, keysDue, keysNearEnd, noteProviderKeys } from "#db/queries/key-ages.ts";
import { lockKey } from "#db/queries/keys.ts";
import { listMasterKeys } from "#db/queries/master-keys.ts";
import { virtualKeys } from "#db/schema/keys.ts";
import { raiseAlert } from "#lib/alerts/alerts.ts";
import { writeAudit } from "#lib/audit/audit.ts";
import type { JobDeps } from "#lib/jobs/deps.ts";
import type { JobKind } from "#lib/jobs/job.ts";
import { hashSecret } from "#lib/keys/secret.ts";
import type { KeyRow } from "#lib/keys/view.ts";
import { operationsOf } from "#lib/operations.ts";
import { change } from "../changes.ts";
import { masterKeySeal } from "./master-key-ring.ts";

const EVERY_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;
const SCHEDULE = {
  kind: "system",
  id: "rotation schedule",
  claimedBy: null,
  ip: null,
  requestId: null,
} as const;
const TAKE = "its owner takes a new secret at the console (Keys, Rotate) or with POST /key/regenerate";

export const rotationJob: JobKind<JobDeps> = {
  kind: "keys.rotation",
  title: () => "The rotation schedule",
  attempts: 3,
  cancellable: false,
  everyMs: () => EVERY_MS,
  run: async ({ deps, progress }) => {
    const nowMs = deps.clock.now();
    const due = await keysDue(deps.sql, new Date(nowMs));
    let begun = 0;
    for (const [done, { id }] of due.entries()) {
      if (await beginRotation(deps, id, nowMs)) begun += 1;
      await progress({ done: done + 1, total: due.length });
    }
    for (const key of await keysNearEnd(deps.sql, new Date(nowMs), new Date(nowMs + DAY_MS)))
      await raiseAlert(deps, {
        kind: "key_rotation",
        subject: { kind: "key", id: key.id, name: key.alias ?? key.id },
        cause: `last day ${key.collect_by.toISOString()}`,
        message: `the secret of key "${key.alias ?? key.id}" ends ${key.collect_by.toISOString()}: ${TAKE}`,
        data: { ends: key.collect_by.toISOString() },
      });
    const reminders = deps.policy().config.rotationDays > 0 ? await remind(deps, nowMs) : 0;
    return { begun, reminders };
  },
};

interface Due {
  readonly key: KeyRow;
  readonly ends: Date;
  readonly begins: boolean;
}

/** @returns false when it had begun; its alert is raised all the same, for a crash may have come between the two */
async function beginRotation(deps: JobDeps, keyId: string, nowMs: number): Promise<boolean> {
  const fromNow = new Date(nowMs + deps.policy().config.rotationGraceMs);
  const due = await change<Due | null>(operationsOf(deps), async (tx) => {
    const before = await lockKey(tx, keyId);
    // Somebody rotated it meanwhile.
    if (!before?.autoRotate || (before.rotateAt?.getTime() ?? Infinity) > nowMs)
      return { result: null, changes: [] };
    const begins = before.collectBy === null;
    const ends = before.collectBy ?? fromNow;
    if (!begins) return { result: { key: before, ends, begins }, changes: [] };
    await tx.update(virtualKeys).set({ collectBy: ends }).where(eq(virtualKeys.id, keyId));
    const after = { ...before, collectBy: ends };
    const target = { kind: "key", id: keyId } as const;
    await writeAudit(tx, SCHEDULE, nowMs, { action: "key.rotation_due", target, before, after });
    return { result: { key: before, ends, begins }, changes: [{ kind: "key", id: keyId }] };
  });
  if (due === null) return false;
  const { begins, ends, key } = due;
  const name = key.alias ?? keyId;
  await raiseAlert(deps, {
    kind: "key_rotation",
    subject: { kind: "key", id: keyId, name },
    cause: `due ${key.rotateAt?.toISOString() ?? ""}`,
    message: `key "${name}" is due for rotation: its secret ends ${ends.toISOString()}; ${TAKE}`,
    data: { ends: ends.toISOString() },
  });
  return begins;
}

/** Once for each key and each further span of that length; virtual keys together once a month. */
async function remind(deps: JobDeps, nowMs: number): Promise<number> {
  const { config } = deps.policy();
  const days = config.rotationDays;
  let raised = 0;
  const tell = async (kind: string, id: string, name: string, sinceMs: number, advice: string) => {
    const ageDays = Math.floor((nowMs - sinceMs) / DAY_MS);
    if (ageDays < days) return;
    const fresh = await raiseAlert(deps, {
      kind: "rotation_due",
      subject: { kind, id, name },
      cause: `${new Date(sinceMs).toISOString()} ${Math.floor(ageDays / days)}`,
      message: `${name} is ${ageDays} days old and should be replaced every ${days} days: ${advice}`,
      data: { age_days: ageDays, rotation_days: days },
    });
    if (fresh) raised += 1;
  };
  const seal = masterKeySeal(deps.pseudonymKey);
  if (config.masterKey !== null) {
    const hash = seal(hashSecret(config.masterKey));
    const row = (await listMasterKeys(deps.sql)).find((one) => one.hash === hash && one.valid_until === null);
    const advice = "Settings, Master key, or POST /master_key/rotate";
    if (row)
      await tell("master_key", hash.slice(0, 8), "the master key", row.first_seen_at.getTime(), advice);
  }
  const credentials = config.deployments.flatMap(({ apiKey, provider }) =>
    apiKey === null ? [] : [{ fingerprint: seal(hashSecret(apiKey)).slice(0, 16), provider }],
  );
  const known = await noteProviderKeys(
    deps.sql,
    credentials.map(({ fingerprint }) => fingerprint),
    new Date(nowMs),
  );
  for (const { fingerprint, provider } of credentials) {
    const sinceMs = Date.parse(known[fingerprint] ?? "");
    const advice = "make a new one at the provider and put it where the old one is";
    if (!Number.isNaN(sinceMs))
      await tell("provider_key", fingerprint, `a key of ${provider}`, sinceMs, advice);
  }
  const old = await agesOfKeys(deps.sql, new Date(nowMs - days * DAY_MS));
  if (old.keys === 0 || old.oldest === null) return raised;
  const fresh = await raiseAlert(deps, {
    kind: "rotation_due",
    subject: { kind: "keys", id: "virtual", name: "virtual keys" },
    cause: new Date(nowMs).toISOString().slice(0, 7),
    message: `${old.keys} virtual ${old.keys === 1 ? "key has" : "keys have"} a secret older than ${days} days, the oldest since ${old.oldest.toISOString().slice(0, 10)}: rotate them, or give them auto_rotate`,
    data: { keys: old.keys, rotation_days: days },
  });
  return raised + (fresh ? 1 : 0);
}
