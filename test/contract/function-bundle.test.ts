/**
 * The function that a serverless platform packs: the traced files alone, in a folder where nothing else is, migrate an empty
 * database and serve. If this fails, a deployment lacks something that every test beside the sources has.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { copyFunction, FUNCTION, functionFiles, functionMegabytes } from "#test/helpers/function-files.ts";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { temporaryFolder } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { services } from "#test/helpers/services.ts";

const run = promisify(execFile);
const CRON = "a-secret-of-the-scheduler-0123456789";
/** What a platform is asked for at most; half of this is Next and the table of prices. */
const MOST_MEGABYTES = 4.7;

beforeAll(async () => {
  if (existsSync(".next/BUILD_ID")) return;
  const { build } = await import("../../scripts/prepare.js");
  await build();
}, 600_000);

test("the function weighs less than 4.7 MB and has no source, no history and no secret in it", async () => {
  expect(await functionMegabytes()).toBeLessThan(MOST_MEGABYTES);
  const files = await functionFiles();
  const strange = files.filter((file) => !/^(\.next|node_modules|db\/migrations)\//.test(file));
  expect(strange.sort()).toEqual(["next.config.js", "package.json"]);
});

describe.skipIf(services.postgres === null)("alone in a folder", async () => {
  const server = await realPostgres();

  test("it makes its tables, serves calls, keys and rounds, and lacks no file", async () => {
    const folder = await temporaryFolder();
    await copyFunction(folder);
    await copyFile(path.join(import.meta.dirname, "programs/function.ts"), path.join(folder, "function.mts"));
    const config = path.join(folder, "config.yaml");
    await writeFile(config, "general_settings: { demo_models: true, environment: test }\n");
    const chat = { model: "gpt-4", messages: [{ role: "user", content: "hello" }] };
    const asked = [
      { method: "POST", path: "/v1/chat/completions", key: MASTER_KEY, body: chat },
      { method: "POST", path: "/v1/chat/completions", key: MASTER_KEY, body: { ...chat, stream: true } },
      { method: "POST", path: "/key/generate", key: MASTER_KEY, body: { key_alias: "one" } },
      { method: "GET", path: "/v1/models", key: MASTER_KEY },
      { method: "GET", path: "/metrics", key: MASTER_KEY },
      ...["upkeep", "jobs", "alerts", "sign", "reconcile"].map((round) => ({
        ...{ method: "GET", path: `/cron/${round}`, key: CRON },
      })),
    ];
    const { stdout } = await run(process.execPath, ["function.mts", FUNCTION, JSON.stringify(asked)], {
      cwd: folder,
      env: {
        NODE_ENV: "test",
        PATH: process.env.PATH ?? "",
        VERCEL: "1",
        SHIN_CONFIG: config,
        LOG_LEVEL: "error",
        DATABASE_URL: server.url,
        LITELLM_MASTER_KEY: MASTER_KEY,
        SHIN_ENCRYPTION_KEY: "7".repeat(64),
        SHIN_AUDIT_KEY: "8".repeat(64),
        NEXTAUTH_SECRET: "9".repeat(40),
        NEXTAUTH_URL: "https://shin.example",
        CRON_SECRET: CRON,
      },
    });
    const answers: { status: number; text: string }[] = JSON.parse(stdout.trim().split("\n").at(-1) ?? "[]");
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(answers).toHaveLength(asked.length);
    expect(answers[0]?.text).toContain("choices");
    expect(answers[1]?.text).toContain("[DONE]");
  }, 60_000);
});
