/** `shin doctor` finds what is wrong on a machine, one fault at a time, and nothing on a sound one. */

import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runDoctor } from "#lib/cli/doctor.ts";
import type { Finding } from "#lib/cli/doctor-finding.ts";
import { lookAtDisk, lookAtNode } from "#lib/cli/doctor-host.ts";
import { lookAtSkew } from "#lib/cli/doctor-services.ts";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { startForTest, temporaryFolder } from "#test/helpers/house.ts";
import { startRedis } from "#test/helpers/redis.ts";
import { services } from "#test/helpers/services.ts";

async function sound(env: Record<string, string> = {}, yaml = "{}") {
  const folder = await temporaryFolder();
  const data = join(folder, "data");
  await mkdir(data, { mode: 0o700 });
  const config = join(folder, "config.yaml");
  await writeFile(config, yaml);
  const all = { LITELLM_MASTER_KEY: MASTER_KEY, PORT: "0", ...env };
  return { config, data, env: all };
}

async function examine(machine: Awaited<ReturnType<typeof sound>>) {
  let out = "";
  const host = {
    env: machine.env,
    now: () => new Date(),
    out: (text: string) => {
      out += text;
    },
  };
  const code = await runDoctor({ config: machine.config, data: machine.data, json: true }, host);
  const { findings, healthy }: { findings: Finding[]; healthy: boolean } = JSON.parse(out);
  const faults = findings.filter(({ state }) => state === "fault");
  expect([code, healthy]).toEqual(faults.length === 0 ? [0, true] : [3, false]);
  return { code, findings, faults, text: out };
}

describe("shin doctor", () => {
  test("finds nothing on a sound machine, and looks at everything", async () => {
    const { faults, findings } = await examine(await sound());
    expect(faults).toEqual([]);
    const checks = findings.map(({ check }) => check);
    for (const name of [
      "node",
      "configuration",
      "master key",
      "data folder",
      "disk",
      "port",
      "dns",
      "database",
      "redis",
    ])
      expect(checks).toContain(name);
  });

  test("reports faults of the configuration and stops there", async () => {
    const { faults } = await examine(await sound({ PORT: "99999" }));
    expect(faults).toMatchObject([{ check: "configuration", message: expect.stringContaining("PORT") }]);
  });

  test("a weak master key, a data folder that others may read, a port that somebody holds", async () => {
    const server = createServer((_, response) => response.end("not a gateway")).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const machine = await sound({ LITELLM_MASTER_KEY: "sk-1234", PORT: String(port) });
    await chmod(machine.data, 0o755);
    const { faults, text } = await examine(machine);
    expect(faults.map(({ check }) => check)).toEqual(["master key", "data folder", "port"]);
    expect(faults[1]?.advice).toContain("chmod 700");
    expect(faults[2]?.message).toContain(`(pid ${process.pid})`);
    expect(text).not.toContain("sk-1234");
  });

  test("a database that runs is told with its version, and its clock is compared", async () => {
    const machine = await sound();
    await startForTest({ dataDir: machine.data });
    const { findings } = await examine(machine);
    expect(findings).toContainEqual(
      expect.objectContaining({
        check: "database",
        state: "ok",
        message: expect.stringMatching(/^PostgreSQL \d+/),
      }),
    );
    expect(findings).toContainEqual(expect.objectContaining({ check: "clock", state: "ok" }));
  });

  test("a database and a Redis that do not answer are found, without their passwords", async () => {
    const { faults, text } = await examine(
      await sound({
        DATABASE_URL: "postgres://u:canary-one@127.0.0.1:9/shin",
        REDIS_URL: "redis://:canary-two@127.0.0.1:9",
      }),
    );
    expect(faults.map(({ check }) => check)).toEqual(["database", "redis"]);
    expect(text).not.toMatch(/canary/);
  });

  test.skipIf(services.redis === null)("a Redis that throws counters away is found", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    await redis.client.configSet("maxmemory-policy", "allkeys-lru");
    const { faults } = await examine(await sound({ REDIS_URL: redis.url }));
    expect(faults).toMatchObject([{ check: "redis", message: expect.stringContaining("allkeys-lru") }]);
  });

  test("names that lead nowhere, an old Node, a full disk and a clock that is off are faults", async () => {
    const yaml = `model_list: [{ model_name: a, litellm_params: { model: openai/a, api_key: k, api_base: "https://nowhere.invalid/v1" } }]`;
    const { faults } = await examine(await sound({}, yaml));
    expect(faults).toMatchObject([{ check: "dns", message: expect.stringContaining("nowhere.invalid") }]);
    expect(lookAtNode("20.9.0").state).toBe("fault");
    expect((await lookAtDisk("/", async () => ({ free: 5e8, total: 1e11 }))).state).toBe("fault");
    expect((await lookAtDisk("/", async () => ({ free: 5e10, total: 1e11 }))).state).toBe("ok");
    expect([lookAtSkew(2_500, 100).state, lookAtSkew(-2_500, 100).message]).toEqual([
      "fault",
      "this machine's clock is 2.5 s ahead of the database's",
    ]);
    // A slow answer alone is no proof.
    expect(lookAtSkew(2_500, 900).state).toBe("ok");
  });
});
