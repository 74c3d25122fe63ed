/** Models made through the API outlive an outage of the database, and a config.yaml that changes during it. */
import postgres from "postgres";
import { afterAll, describe, expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { services } from "#test/helpers/services.ts";
import { rawUpstream } from "#test/helpers/upstream.ts";
import { startDatabaseProxy } from "../reliability/database-proxy.ts";
import { add, chat, model, STORING } from "./setting.ts";

describe.skipIf(services.postgres === null).each(["cut", "frozen"] as const)("database %s", async (way) => {
  const server = await realPostgres();
  const proxy = await startDatabaseProxy({ host: "127.0.0.1", port: server.tcp.port });
  afterAll(() => proxy.close());
  const sql = postgres({ ...server.socket, max: 2, onnotice: () => {} });
  afterAll(() => sql.end());
  const database = { options: { ...server.tcp, port: proxy.port }, url: server.url, sql };
  const upstream = await rawUpstream();
  const gateway = await testGateway({ ...STORING, database });
  const here = async (name: string, status: number) => (await chat(gateway, name)).status === status;

  test("a new config.yaml comes into force beside the stored models, and changes missed meanwhile follow", async () => {
    await add(gateway, model("stored", upstream.url));
    const id = await add(gateway, model("deleted-meanwhile", upstream.url));
    if (way === "cut") await proxy.cut();
    else proxy.freeze();
    await gateway.reload(
      JSON.stringify({
        general_settings: { allow_private_api_base: true },
        model_list: [{ model_name: "of-the-file", litellm_params: model("", upstream.url).litellm_params }],
      }),
    );
    expect(await here("stored", 200)).toBe(true);
    expect(await here("of-the-file", 200)).toBe(true);
    const refused = await gateway.call("POST", "/model/new", { body: model("not-now", upstream.url) });
    expect([refused.status, refused.json.error.type]).toEqual([503, "no_db_connection"]);
    // Somebody else's change, whose announcement does not get through.
    await sql`delete from stored_deployments where id = ${id}`;
    await proxy.restore();
    await until("the missed change is known", () => here("deleted-meanwhile", 400), 45_000);
    expect(await here("not-now", 400)).toBe(true);
  });
});
