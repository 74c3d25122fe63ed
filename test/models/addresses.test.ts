/** No address that came through the API leads into the gateway's own network: as written, as resolved, or by a redirect. */
import { describe, expect, test } from "vitest";
import type { ResolveHost } from "#lib/providers/guard.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { answer, rawUpstream } from "#test/helpers/upstream.ts";
import { capturedLog } from "../contract/setting.ts";
import { add, chat, ENCRYPTION_KEY, model, STORING } from "./setting.ts";

const env = { SHIN_ENCRYPTION_KEY: ENCRYPTION_KEY };
const strict = await testGateway({ env });
const lenient = await testGateway(STORING);

/** Loopback and private networks: the operator may open them. */
const INTERNAL =
  `127.0.0.1 127.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 %31%32%37.0.0.1 ①②⑦.0.0.1 127.255.255.254
  localhost LOCALHOST localhost. a.localhost [::1] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] 10.0.0.1 172.16.0.1
  172.31.255.255 192.168.1.1 3232235777 100.64.0.1 [fc00::1] [fd12:3456::1] [::ffff:10.0.0.1] [64:ff9b::10.0.0.1]
  db.internal ip-10-0-0-1.ec2.internal host.docker.internal`.split(/\s+/);

/** Link-local, metadata services and what no provider lives at: never. */
const FORBIDDEN =
  `169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 169.254.170.2 169.254.0.1 [::ffff:169.254.169.254]
  [::ffff:a9fe:a9fe] [64:ff9b::169.254.169.254] [fe80::1] [fd00:ec2::254] [fd20:ce::254] 100.100.100.200 192.0.0.192
  168.63.129.16 metadata.google.internal METADATA.google.internal. metadata.goog metadata instance-data.ec2.internal 0.0.0.0
  0 [::] 224.0.0.1 255.255.255.255 240.0.0.1 [ff02::1] [::127.0.0.1] [2002:7f00:1::] [2001:0:1::1] 198.18.0.1
  [::ffff:0:127.0.0.1] [fec0::1]`.split(/\s+/);

const save = (gateway: typeof strict, host: string) =>
  gateway.call("POST", "/model/new", { body: model("inward", `http://${host}/v1`) });

describe("as written", () => {
  test.each(INTERNAL)("%s needs allow_private_api_base", async (host) => {
    const refused = await save(strict, host);
    expect([refused.status, refused.json.error.message]).toEqual([
      400,
      expect.stringContaining("allow_private_api_base"),
    ]);
    expect((await save(lenient, host)).status).toBe(200);
  });

  test.each(FORBIDDEN)("%s is refused whatever is set", async (host) => {
    for (const gateway of [strict, lenient]) {
      const { status, json } = await save(gateway, host);
      expect([status, json.error.message]).toEqual([400, expect.stringContaining("reserved address")]);
    }
  });

  test.each(["8.8.8.8", "[2606:4700::1111]", "api.provider.example", "[64:ff9b::8.8.8.8]", "172.32.0.1"])(
    "%s is fine",
    async (host) => {
      expect((await save(strict, host)).status).toBe(200);
    },
  );

  test("an update is checked like a new one", async () => {
    const id = await add(strict, model("public", "https://api.provider.example/v1"));
    const params = { api_base: "http://169.254.169.254/latest", api_key: "k" };
    const body = { model_info: { id }, litellm_params: params };
    expect((await strict.call("POST", "/model/update", { body })).status).toBe(400);
  });
});

describe("as resolved, whenever a connection is made", () => {
  const setting = async (addresses: readonly string[], allowPrivate = false) => {
    const upstream = await rawUpstream();
    const { log, text } = capturedLog();
    const asked: string[] = [];
    let now: readonly string[] = addresses;
    const resolve: ResolveHost = (hostname, done) => {
      asked.push(hostname);
      done(
        null,
        now.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
    };
    const yaml = `general_settings: { allow_private_api_base: ${allowPrivate} }\nrouter_settings: { num_retries: 0 }`;
    const gateway = await testGateway({ yaml, env, log, resolve });
    await add(gateway, model("named", `http://provider.example:${upstream.port}/v1`));
    return {
      gateway,
      upstream,
      asked,
      text,
      move: (to: readonly string[]) => {
        now = to;
      },
    };
  };

  test.each([
    ["127.0.0.1"],
    ["10.1.2.3"],
    ["169.254.169.254"],
    ["::1"],
    ["::ffff:127.0.0.1"],
    ["fd00:ec2::254"],
    ["8.8.8.8", "127.0.0.1"],
  ])("a name that leads to %s gets no byte", async (...addresses) => {
    const { gateway, upstream, asked, text } = await setting(addresses);
    const answered = await chat(gateway, "named");
    expect([answered.status, answered.json.error.type]).toEqual([502, "upstream_error"]);
    expect(asked).toContain("provider.example");
    expect(upstream.requests).toHaveLength(0);
    // The caller learns nothing of the network; the operator reads it in the log.
    for (const address of addresses) expect(answered.text).not.toContain(address);
    await gateway.runtime.deps.ledger.flush();
    const [record] = await gateway.database.sql`select cost_nano_usd, outcome from spend_records`;
    expect(record).toMatchObject({ cost_nano_usd: "0" });
    await until("the log names the address", () => text().includes(`leads to ${addresses.at(-1)}`));
    expect(text()).not.toContain("Bearer");
  });

  test("where private addresses are allowed, metadata addresses still are not", async () => {
    const { gateway, upstream, move } = await setting(["127.0.0.1"], true);
    expect((await chat(gateway, "named")).status).toBe(200);
    expect(upstream.requests).toHaveLength(1);
    move(["169.254.169.254"]);
    // The next connection, not the one that is open, asks again.
    upstream.behave((_, response) => void response.destroy());
    await chat(gateway, "named");
    expect((await chat(gateway, "named")).json.error.message).toContain("may not be called");
  });

  test("a name that changes its mind after the setting was withdrawn gets no byte over a connection made before", async () => {
    const { gateway, upstream } = await setting(["127.0.0.1"], true);
    expect((await chat(gateway, "named")).status).toBe(200);
    await gateway.reload("router_settings: { num_retries: 0 }");
    expect((await chat(gateway, "named")).status).toBe(502);
    expect(upstream.requests).toHaveLength(1);
  });
});

test.each([301, 302, 303, 307, 308])("a provider's redirect (%i) is not followed", async (status) => {
  const target = await rawUpstream();
  const upstream = await rawUpstream(answer("moved", status, { location: `${target.url}/chat/completions` }));
  const id = await add(lenient, model(`moved-${status}`, upstream.url));
  expect((await chat(lenient, `moved-${status}`)).status).toBe(502);
  expect(upstream.requests.length).toBeGreaterThan(0);
  expect(target.requests).toHaveLength(0);
  await lenient.call("POST", "/model/delete", { body: { id } });
});

test("addresses of config.yaml are the operator's own", async () => {
  const upstream = await rawUpstream();
  const { model_name, litellm_params } = model("ours", upstream.url);
  const gateway = await testGateway({
    env,
    yaml: JSON.stringify({ model_list: [{ model_name, litellm_params }] }),
  });
  expect((await chat(gateway, "ours")).status).toBe(200);
});
