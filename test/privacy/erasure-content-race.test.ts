/** Content that another instance is writing while an erasure ends. If it fails, what an erased person said stays in the table. */
import { expect, test } from "vitest";
import { insertContents, WRITERS_LOCK } from "#db/queries/contents.ts";
import { eraseSubject } from "#lib/privacy/erasure.ts";
import { until } from "#test/helpers/house.ts";
import { type KeepingGateway, keepingGateway, ON } from "./keeping.ts";

const gateway = await keepingGateway(ON);
const { sql } = gateway.runtime.deps;

const erase = ({ runtime }: KeepingGateway, id: string) =>
  eraseSubject(
    {
      deps: runtime.deps,
      cursor: null,
      progress: async () => undefined,
      signal: new AbortController().signal,
    },
    { subject: { kind: "end_user", id }, operator: "dpo", approver: "admin", requestId: null },
  );

/** One that has its batch in hand: what another instance's store would write half a second after the call. */
const rowOf = (endUser: string, recordId: string) => ({
  recordId,
  at: new Date(Date.now() - 1_000),
  userId: "",
  endUser,
  namedEndUser: endUser,
  hashes: [gateway.runtime.deps.auditSealer.hashOf({ kind: "end_user", id: endUser })],
  sealedRequest: "sealed",
  sealedAnswer: null,
  format: 1,
});

const waiting = async (kind: "advisory" | "transactionid") => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = ${kind} and not l.granted and a.datname = current_database()`;
  return row?.count ?? 0;
};
const keptOf = (endUser: string) => sql`select record_id from call_contents where end_user = ${endUser}`;

test("a batch that is being written when the erasure ends is waited for, and removed by it", async () => {
  let writing = Promise.resolve(0);
  const erasing: ReturnType<typeof erase>[] = [];
  const rollBack = new Error("rolled back");
  const held = sql.begin(async (tx) => {
    // Holds the writer between its statement and its commit: it waits to see what becomes of this row.
    await tx`insert into call_contents (record_id, at, user_id, sealed_request, format) values ('req_batch', now(), '', 'x', 1)`;
    writing = insertContents(sql, [rowOf("cust-batch", "req_batch")]);
    await until("the writer waits", async () => (await waiting("transactionid")) > 0);
    erasing.push(erase(gateway, "cust-batch"));
    await until("the erasure waits for the writer", async () => (await waiting("advisory")) > 0);
    expect([...(await sql`select 1 from erasures`)]).toEqual([]);
    throw rollBack;
  });
  await expect(held).rejects.toBe(rollBack);
  expect(await writing).toBe(1);
  const [certificate] = await Promise.all(erasing);
  expect([...(await keptOf("cust-batch"))]).toEqual([]);
  const left = certificate?.stores.filter(({ after, store }) => store === "call_contents" && after > 0);
  expect(left).toEqual([]);
});

test("a batch that comes while the erasure commits waits for it, and leaves the person out", async () => {
  let done = Promise.resolve(0);
  await sql.begin(async (tx) => {
    // As the end of an erasure does: it holds writers off, and its row is not yet seen by anybody.
    await tx`select pg_advisory_xact_lock(${WRITERS_LOCK})`;
    await tx`insert into erasures (id, at, subject_kind, pseudonym, subject_hashes)
      values ('ers_test', now(), 'end_user', 'psn_test', ${rowOf("cust-late", "x").hashes})`;
    done = insertContents(sql, [rowOf("cust-late", "req_late"), rowOf("cust-other", "req_other")]);
    await until("the writer waits for the erasure", async () => (await waiting("advisory")) > 0);
  });
  expect(await done).toBe(1);
  expect([...(await keptOf("cust-late"))]).toEqual([]);
  expect([...(await keptOf("cust-other"))]).toHaveLength(1);
});
