/** A gateway whose provider does as it is told, and looks into its admission store. */
import { afterAll } from "vitest";
import type { Rule, Subject } from "#lib/admission/admission.ts";
import { budgetCounter } from "#lib/admission/rules.ts";
import { hashSecret } from "#lib/keys/secret.ts";
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
  afterAll(() => provider.close());
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

const LOTS = 9_000_000_000_000_000_000n;

/** What is held now for an owner: running calls and reserved money. Both are 0 when every call has ended. */
export function heldFor(
  { gateway, clock }: Setting,
  kind: "key" | "user" | "team",
  id: string,
): { running: number; reserved: boolean } {
  const subject: Subject = { kind, id, name: id };
  const { admission } = gateway.runtime.deps;
  const take = (rule: Rule, costNanoUsd: bigint) => {
    const verdict = admission.take({
      rules: [rule],
      leaseId: `look-${kind}-${id}-${rule.metric}`,
      nowMs: clock.now(),
      leaseTtlMs: 1,
      tokens: 0,
      costNanoUsd,
    });
    if (verdict instanceof Promise) throw new Error("the memory store answers at once");
    if (verdict.allowed)
      void admission.settle(verdict.lease, { nowMs: clock.now(), tokens: 0, costNanoUsd: 0n });
    return verdict;
  };
  const parallel = take(
    { id: "look", subject, counter: `${kind}:${id}:parallel`, metric: "parallel", ceiling: 1_000_000 },
    0n,
  );
  const counter = budgetCounter(kind, id);
  const spent = admission.spent(counter);
  if (typeof spent !== "bigint") throw new Error(`nothing was counted for ${kind} ${id}`);
  // Exactly what is left fits only if nothing is reserved.
  const budget = take(
    {
      id: "look",
      subject,
      counter,
      metric: "budget",
      ceilingNanoUsd: LOTS,
      duration: null,
      periodStartMs: null,
      periodEndMs: null,
      primedNanoUsd: 0n,
    },
    LOTS - spent,
  );
  return { running: Number(parallel.states[0]?.used) - 1, reserved: !budget.allowed };
}
