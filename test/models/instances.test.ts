/** What one instance changes the others have within a second; what cannot be used says why, and the rest runs. */
import { expect, test } from "vitest";
import { type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { answer, rawUpstream } from "#test/helpers/upstream.ts";
import { capturedLog } from "../contract/setting.ts";
import { add, chat, model, SECRET, STORING } from "./setting.ts";

const HEARD_WITHIN_MS = 1_000;
const upstream = await rawUpstream();
const here = await testGateway(STORING);

const infoOf = async (gateway: TestGateway, id: string) =>
  (await gateway.call("GET", `/model/info?litellm_model_id=${id}`)).json.data;

test("a second instance hears of a new, a changed and a deleted model", async () => {
  const there = await testGateway({ ...STORING, database: here.database });
  const answers = (status: number) => async () => (await chat(there, "shared")).status === status;
  const id = await add(here, model("shared", upstream.url));
  await until("the other one has the model", answers(200), HEARD_WITHIN_MS);
  expect(upstream.last().headers.authorization).toBe(`Bearer ${SECRET}`);
  const body = { model_info: { id }, litellm_params: { rpm: 0 } };
  expect((await here.call("POST", "/model/update", { body })).status).toBe(200);
  await until("the other one has its limit", answers(429), HEARD_WITHIN_MS);
  await here.call("POST", "/model/delete", { body: { id } });
  await until("the other one has it no more", answers(400), HEARD_WITHIN_MS);
});

test("a start with another encryption key runs, names the models that wait for theirs, and takes a new credential", async () => {
  const id = await add(here, model("waits", upstream.url));
  const { log, text } = capturedLog();
  const env = { SHIN_ENCRYPTION_KEY: "77".repeat(32) };
  const there = await testGateway({ ...STORING, env, log, database: here.database });
  expect(await infoOf(there, id)).toMatchObject([
    { model_name: "waits", model_info: { unusable: expect.stringContaining("another SHIN_ENCRYPTION_KEY") } },
  ]);
  expect(text()).toContain("a stored model cannot be used");
  expect((await chat(there, "waits")).status).toBe(503);
  expect((await there.call("GET", "/health/readiness")).status).toBe(200);
  const update = (params: unknown) =>
    there.call("POST", "/model/update", { body: { model_info: { id }, litellm_params: params } });
  expect((await update({ rpm: 9 })).json.error.message).toContain("another SHIN_ENCRYPTION_KEY");
  expect((await update({ api_key: "sk-under-the-new-key" })).status).toBe(200);
  expect((await chat(there, "waits")).status).toBe(200);
  expect(upstream.last().headers.authorization).toBe("Bearer sk-under-the-new-key");
});

test("a sealed credential that was moved to another row or changed does not open", async () => {
  const from = await add(here, model("from", upstream.url));
  const to = await add(here, model("to", upstream.url, { api_key: "sk-another" }));
  await here.database.sql`update stored_deployments set sealed =
    (select sealed from stored_deployments where id = ${from}) where id = ${to}`;
  const there = await testGateway({ ...STORING, database: here.database });
  expect(await infoOf(there, to)).toMatchObject([
    { model_info: { unusable: expect.stringContaining("another row") } },
  ]);
  expect(await infoOf(there, from)).toMatchObject([{ model_info: { unusable: null } }]);
  expect((await chat(there, "to")).status).toBe(503);
});

test("a row that no longer validates is listed with the reason", async () => {
  const id = await add(here, model("spoilt", upstream.url));
  await here.database
    .sql`update stored_deployments set params = '{"model": "nobody/x", "rpm": []}' where id = ${id}`;
  const there = await testGateway({ ...STORING, database: here.database });
  expect(await infoOf(there, id)).toMatchObject([
    { model_info: { unusable: expect.stringContaining('"nobody"') } },
  ]);
  await add(there, model("whole", upstream.url));
  expect((await chat(there, "whole")).status).toBe(200);
});

test("of one id in config.yaml and the database config.yaml's is used, and that is said", async () => {
  const id = await add(here, model("stored-twin", upstream.url, {}, { id: "twin" }));
  const yaml = JSON.stringify({
    general_settings: { allow_private_api_base: true },
    model_list: [
      {
        model_name: "file-twin",
        litellm_params: { model: "openai/from-the-file", api_key: "sk-file", api_base: upstream.url },
        model_info: { id },
      },
    ],
  });
  await here.reload(yaml);
  upstream.behave(answer());
  expect((await chat(here, "file-twin")).status).toBe(200);
  expect((await chat(here, "stored-twin")).status).toBe(503);
  expect(await infoOf(here, id)).toMatchObject([
    { model_name: "file-twin", model_info: { db_model: false, unusable: null } },
    {
      model_name: "stored-twin",
      model_info: { db_model: true, unusable: expect.stringContaining("config.yaml:1") },
    },
  ]);
  const again = await here.call("POST", "/model/new", { body: model("x", upstream.url, {}, { id }) });
  expect(again.json.error.message).toContain("stands in config.yaml");
  await here.reload(STORING.yaml);
  expect((await chat(here, "stored-twin")).status).toBe(200);
});

test("changes at the same time are all in force when their answers are here", async () => {
  const names = Array.from({ length: 12 }, (_, i) => `together-${i}`);
  const ids = await Promise.all(names.map((name) => add(here, model(name, upstream.url))));
  const all = async (status: number) =>
    expect((await Promise.all(names.map((name) => chat(here, name)))).map((one) => one.status)).toEqual(
      names.map(() => status),
    );
  await all(200);
  await Promise.all(ids.map((id) => here.call("POST", "/model/delete", { body: { id } })));
  await all(400);
});
