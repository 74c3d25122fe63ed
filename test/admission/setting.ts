/** A gateway whose provider does as it is told, and looks into its admission store. */

import type { Rule, Subject } from "#lib/admission/admission.ts";
import { budgetCounter } from "#lib/admission/rule-list.ts";
import { hashSecret } from "#lib/keys/secret.ts";
import { atEnd } from "#test/helpers/at-end.ts";
import { type ManualClock, manualClock } from "#test/helpers/clock.ts";
import { type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import { type Provider, startProvider } from "../reliability/provider.ts";
import { PRICES } from "../reliability/statement.ts";

export interface Setting {
  readonly gateway: TestGateway;
  readonly provider: Provider;
  readonly clock: ManualClock;
}

/** @param settings lines of config.yaml below the model list */
export async function admissionSetting(settings = ""): Promise<Setting> {
  const provider = await startProvider();
  atEnd(() => provider.close());
  const clock = manualClock();
  const entry = `api_key: k, api_base: "${provider.url}", ${PRICES}`;
  const gateway = await testGateway({
    clock,
    yaml: `
model_list:
  - model_name: priced
    litellm_params: { model: openai/upstream, ${entry} }
  - model_name: impatient
    litellm_params: { model: openai/upstream, timeout: 0.03, ${entry} }
  - model_name: narrow
    litellm_params: { model: openai/upstream, rpm: 7, ${entry} }
${settings}
`,
  });
  return { gateway, provider, clock };
}

/** Tokens of the prompt of {@link ask} as the gateway estimates them before the call: its JSON at four bytes a token. */
export function estimateOf(body: Record<string, unknown>): number {
  return Math.ceil(JSON.stringify(body.messages).length / 4);
}

/** What a call to `priced` reserves, in nano-dollars. */
export function reserveOf(body: Record<string, unknown>): bigint {
  return BigInt(estimateOf(body)) * 3_000n + BigInt(Number(body.max_tokens)) * 7_000n;
}

export async function keyId(gateway: TestGateway, secret: string): Promise<string> {
  const [row] = await gateway.database
    .sql`select id from virtual_keys where secret_hash = ${hashSecret(secret)}`;
  return String(row?.id);
}

/** What is held now for an owner: running calls and reserved money. Both are 0 when every call has ended. */
export function heldFor(
  { gateway, clock }: Setting,
  kind: "key" | "user" | "team",
  id: string,
): { running: number; reserved: boolean } {
  const subject: Subject = { kind, id, name: id };
  const { admission } = gateway.runtime.deps;
  const parallel: Rule = {
    id: "look",
    subject,
    counter: `${kind}:${id}:parallel`,
    model: null,
    metric: "parallel",
    ceiling: 1_000_000,
  };
  const states = admission.look([parallel], clock.now());
  if (states instanceof Promise) throw new Error("the memory store answers at once");
  const spent = admission.spent(budgetCounter(subject, false, null));
  if (typeof spent !== "bigint") throw new Error(`nothing was counted for ${kind} ${id}`);
  // Exactly what is left fits only if nothing is reserved.
  const verdict = admission.take({
    rules: [
      {
        id: "look",
        subject,
        counter: budgetCounter(subject, false, null),
        model: null,
        metric: "budget",
        ceilingNanoUsd: spent + 1n,
        soft: false,
        duration: null,
        periodStartMs: null,
        periodEndMs: null,
      },
    ],
    leaseId: `look-${kind}-${id}`,
    nowMs: clock.now(),
    leaseTtlMs: 1,
    tokens: 0,
    costNanoUsd: 1n,
    primed: new Map([[budgetCounter(subject, false, null), spent]]),
  });
  if (verdict instanceof Promise || verdict.kind === "unprimed")
    throw new Error("the memory store answers at once");
  if (verdict.kind === "admitted")
    void admission.settle(verdict.lease, { nowMs: clock.now(), tokens: 0, costNanoUsd: 0n });
  return { running: Number(states[0]?.used ?? 0), reserved: verdict.kind === "refused" };
}
