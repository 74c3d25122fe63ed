/** A backend that dies in the middle of a change costs that change and nothing else: not the process, not the next change. */
import { expect, test } from "vitest";
import { hashSecret } from "#lib/keys/secret.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";

const gateway = await testGateway();
const { sql } = gateway.database;

// The runner counts an exception outside of every try as a failure, so a driver that throws one cannot hide here.
test.each(["first", "again"])(
  "a change whose backend is terminated answers 503 and did not happen (%s)",
  async () => {
    const key = await gateway.newKey({ max_budget: 1 });
    const hash = hashSecret(key);
    await sql.begin(async (tx) => {
      await tx`select 1 from virtual_keys where secret_hash = ${hash} for update`;
      const update = gateway.call("POST", "/key/update", { body: { key, max_budget: 2 } });
      const waiting = () => sql`
      select pid from pg_stat_activity where application_name = 'shin-admin' and wait_event_type = 'Lock'
        and datname = current_database()`;
      await until("the change waits for the row", async () => (await waiting()).length === 1);
      const [backend] = await waiting();
      await sql`select pg_terminate_backend(${backend?.pid})`;
      const answer = await update;
      expect(answer.status, answer.text).toBe(503);
      expect(answer.json.error.type).toBe("no_db_connection");
    });
    const [row] = await sql`select max_budget_nano_usd from virtual_keys where secret_hash = ${hash}`;
    expect(row?.max_budget_nano_usd).toBe("1000000000");
    // Every connection of the pool is fit for the next change.
    const changes = Array.from({ length: 20 }, () =>
      gateway.call("POST", "/key/update", { body: { key, max_budget: 3 } }),
    );
    for (const answer of await Promise.all(changes)) expect(answer.status, answer.text).toBe(200);
    expect(
      await sql`select 1 from pg_stat_activity where state = 'idle in transaction' and datname = current_database()`,
    ).toHaveLength(0);
  },
);
