/** What was spent of budgets as the ledger has it: the first figure of a counter, and the measure a counter is held against. */
import type { Sql } from "#db/client.ts";
import { chargedSpend, ownSpend } from "#db/queries/budget-spend.ts";
import { totalOf } from "#db/queries/spend.ts";
import type { BudgetRule } from "./admission.ts";
import { periodSpend } from "./rules.ts";

/**
 * Spend of each budget's running period, by counter. Flush the ledger first: what waits to be written counts.
 * @throws what says that the database is away
 */
export async function ledgerSpend(sql: Sql, budgets: readonly BudgetRule[]): Promise<Map<string, bigint>> {
  const spend = new Map<string, bigint>();
  const charged = budgets.filter((rule) => rule.charge !== undefined);
  if (charged.length > 0) {
    const found = await chargedSpend(
      sql,
      charged.flatMap(({ charge }) => charge ?? []),
    );
    for (const [index, rule] of charged.entries()) spend.set(rule.counter, found[index] ?? 0n);
  }
  for (const kind of ["key", "user", "team"] as const) {
    const rules = budgets.filter((rule) => rule.charge === undefined && rule.subject.kind === kind);
    if (rules.length === 0) continue;
    const ids = rules.map((rule) => rule.subject.id);
    const rows = new Map((await ownSpend(sql, kind, ids)).map((row) => [row.id, row]));
    for (const { counter, periodStartMs, subject } of rules) {
      const row = rows.get(subject.id);
      const spent = row
        ? { spendNanoUsd: row.spend, spendPeriodStartMs: row.period?.getTime() ?? null }
        : { spendNanoUsd: 0n, spendPeriodStartMs: null };
      spend.set(counter, periodSpend(spent, periodStartMs));
    }
  }
  for (const { charge, counter, periodStartMs, subject } of budgets)
    if (charge === undefined && subject.kind === "gateway")
      spend.set(counter, await totalOf(sql, { fromMs: periodStartMs, toMs: null }, {}));
  return spend;
}
