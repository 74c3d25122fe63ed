/** What the audit tests share: a gateway with a few events, ways to meddle with them, and the verdict over HTTP. */
import type postgres from "postgres";
import { type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import type { TestDatabase } from "#test/helpers/postgres.ts";

/** A gateway with `events` events, all under a signed head. */
export async function gatewayWithEvents(events: number): Promise<TestGateway> {
  const gateway = await testGateway();
  for (let n = 1; n <= events; n += 1) await gateway.newKey({ key_alias: `key-${n}` });
  await gateway.runtime.deps.auditSigner.sign();
  return gateway;
}

/** Runs SQL as the tables' owner, with the triggers that keep them switched off. */
export async function meddle(
  { sql }: TestDatabase,
  work: (tx: postgres.TransactionSql) => Promise<unknown>,
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`alter table audit_events disable trigger user`;
    await tx`alter table audit_heads disable trigger user`;
    await work(tx);
    await tx`alter table audit_events enable trigger user`;
    await tx`alter table audit_heads enable trigger user`;
  });
}

export async function verdictOf(gateway: TestGateway) {
  const { json, status } = await gateway.call("GET", "/audit/verify");
  if (status !== 200) throw new Error(`verify answered ${status}`);
  return json;
}
