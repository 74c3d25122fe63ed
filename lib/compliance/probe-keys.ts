/** The throw-away keys of the self-test: made and removed in transactions with their audit events, and gone at its end. */
import { eq, inArray } from "drizzle-orm";
import { virtualKeys } from "#db/schema/keys.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import type { Config, Deployment } from "#lib/config/config.ts";
import { createKeyIn, deleteKeysIn } from "#lib/keys/operations.ts";
import { newSecret } from "#lib/keys/secret.ts";
import { change, type Operations } from "../changes.ts";
import { newId } from "../ids.ts";
import { operationsOf } from "../operations.ts";
import type { CheckDeps } from "./check.ts";

export type ProbeDeps = Pick<
  CheckDeps,
  | "admission"
  | "clock"
  | "config"
  | "db"
  | "lookup"
  | "origin"
  | "policyChanged"
  | "safeguardsChanged"
  | "subjects"
>;

export interface ProbeKeys {
  /** A model that costs nothing and leaves nobody's machine, or else any; null: there is none. */
  readonly model: string | null;
  readonly free: boolean;
  readonly wrong: string;
  readonly expired: string;
  /** Good, and allowed no call of a model: one that is let through by mistake reaches no provider. */
  readonly plain: string;
  readonly limited: string;
  readonly toRevoke: string;
  readonly revoke: () => Promise<void>;
}

/** A key of the self-test ends by itself soon, whatever happens to the test. */
const LIFE = "10m";
const BUDGET_NANO_USD = 10_000_000n;
const ACTOR: Actor = { kind: "system", id: "self-test", claimedBy: null, ip: null, requestId: null };

/** Makes the keys, does the work, and removes them, whatever the work does. */
export async function withProbeKeys<T>(deps: ProbeDeps, work: (keys: ProbeKeys) => Promise<T>): Promise<T> {
  const operations = operationsOf({ ...deps, policy: () => deps });
  const { free, model } = probeModel(deps.config);
  const made: string[] = [];
  const make = async (more: { readonly rpm: number | null; readonly expired: boolean }): Promise<string> => {
    const key = await makeKey(operations, model, more);
    made.push(key.id);
    return key.secret;
  };
  try {
    const toRevoke = await make({ rpm: null, expired: false });
    const revoked = made[0] ?? "";
    return await work({
      model,
      free,
      wrong: newSecret().secret,
      expired: await make({ rpm: null, expired: true }),
      plain: await make({ rpm: 0, expired: false }),
      limited: await make({ rpm: free ? 1 : 0, expired: false }),
      toRevoke,
      revoke: () => removeKeys(operations, [revoked], false),
    });
  } finally {
    await removeKeys(operations, made, true);
  }
}

function makeKey(
  operations: Operations,
  model: string | null,
  { expired, rpm }: { readonly rpm: number | null; readonly expired: boolean },
): Promise<{ id: string; secret: string }> {
  return change(operations, async (tx) => {
    const nowMs = operations.nowMs();
    const { row, secret } = await createKeyIn(tx, operations, ACTOR, {
      key_alias: `self-test ${newId("key", nowMs)}`,
      models: [model ?? "self-test"],
      duration: LIFE,
      max_budget: BUDGET_NANO_USD,
      tags: ["self-test"],
      ...(rpm === null ? {} : { rpm_limit: rpm }),
    });
    if (expired)
      await tx
        .update(virtualKeys)
        .set({ expiresAt: new Date(nowMs - 1_000) })
        .where(eq(virtualKeys.id, row.id));
    return { result: { id: row.id, secret }, changes: [{ kind: "key", id: row.id }] };
  });
}

/** @param wholly the rows go, too: nobody has to look at them among deleted keys */
async function removeKeys(operations: Operations, ids: readonly string[], wholly: boolean): Promise<void> {
  if (ids.length === 0) return;
  await change(operations, async (tx) => {
    const rows = await tx
      .select()
      .from(virtualKeys)
      .where(inArray(virtualKeys.id, [...ids]));
    await deleteKeysIn(
      tx,
      operations,
      ACTOR,
      rows.filter(({ deletedAt }) => deletedAt === null),
    );
    if (wholly) {
      await tx.delete(virtualKeys).where(inArray(virtualKeys.id, [...ids]));
      await writeAudit(tx, ACTOR, operations.nowMs(), {
        action: "compliance.self_test",
        target: { kind: "check", id: "authentication" },
        before: null,
        after: { keys: rows.length },
      });
    }
    return { result: null, changes: ids.map((id) => ({ kind: "key" as const, id })) };
  });
}

/** The demo, or a model on this machine: a call of any other would cost money. */
function probeModel({ deployments }: Config): { model: string | null; free: boolean } {
  const usable = deployments.filter(({ allowedKeys, unusable }) => unusable === null && allowedKeys === null);
  const free = usable.find(isFree);
  return { model: (free ?? usable[0])?.modelGroup ?? null, free: free !== undefined };
}

function isFree({ apiBase, provider }: Deployment): boolean {
  if (provider === "demo") return true;
  if (apiBase === null || !URL.canParse(apiBase)) return false;
  return /^(localhost|127\.|\[::1\]$)/.test(new URL(apiBase).hostname);
}
