/** Secrets in files are found where they are, and .env is judged as git and the system see it. */
import { execFileSync } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findCheck } from "#lib/compliance/catalogue.ts";
import { entropyBits } from "#lib/compliance/checks/master-key.ts";
import { lookAtEnvFile, protectEnvFile } from "#lib/compliance/env-file.ts";
import { literalSecrets } from "#lib/config/literal-secrets.ts";
import { configOf } from "#test/helpers/gateway.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";

test("literal secrets are named with their lines, references and other values are not", () => {
  const yaml = `model_list:
  - model_name: gpt-4
    litellm_params:
      model: openai/gpt-4
      api_key: sk-in-clear-0123456789
      api_base: https://api.openai.com
  - model_name: other
    litellm_params: { model: openai/other, api_key: os.environ/OTHER }
general_settings:
  master_key: "sk-hardcoded-key-123"
  database_url: postgresql://user:word@db/shin
  litellm_key_header_name: x-key
  allowed_ips: ["127.0.0.1"]
litellm_settings:
  max_tokens: 4000
  cache_params: { host: redis, password: os.environ/REDIS_PASSWORD }
`;
  expect(literalSecrets(yaml, "config.yaml")).toEqual([
    { name: "api_key", line: 5 },
    { name: "master_key", line: 10 },
    { name: "database_url", line: 11 },
  ]);
});

describe(".env", () => {
  const git = (cwd: string, ...args: string[]) => execFileSync("git", args, { cwd, stdio: "pipe" });
  const look = async (folder: string) => (await lookAtEnvFile(folder)).faults;

  test("outside of git only its mode counts, and is set right on request", async () => {
    const folder = await makeTemporaryFolder();
    expect(await lookAtEnvFile(folder)).toEqual({ present: false, repository: false, faults: [] });
    await writeFile(join(folder, ".env"), "A=1\n", { mode: 0o644 });
    expect(await look(folder)).toEqual([".env is open to others (mode 644)"]);
    expect(await protectEnvFile(folder)).toBe("644");
    expect(await protectEnvFile(folder)).toBeNull();
    expect(await look(folder)).toEqual([]);
  });

  test("inside of git it is ignored and not tracked, also in a folder below", async () => {
    const root = await makeTemporaryFolder();
    const folder = join(root, "deploy");
    await mkdir(folder);
    git(root, "init", "-q");
    await writeFile(join(folder, ".env"), "A=1\n");
    await chmod(join(folder, ".env"), 0o600);
    expect(await look(folder)).toEqual(["git does not ignore .env"]);
    await writeFile(join(root, ".gitignore"), "node_modules\n.env\n");
    expect(await look(folder)).toEqual([]);
    git(root, "add", "-f", "deploy/.env");
    expect(await look(folder)).toEqual([".env is in git"]);
    git(root, "rm", "-q", "--cached", "deploy/.env");
    await writeFile(join(root, "deploy.env.example"), "A=\n");
    git(root, "add", ".");
    expect(await look(folder)).toEqual([]);
  });
});

test("the strength of a master key counts its alphabet", () => {
  expect(entropyBits("sk-0123456789abcdef0123456789abcdef")).toBe(128);
  expect(entropyBits("1234567890")).toBeLessThan(entropyBits("aB3defghij"));
});

test("a master key written in the file fails with its line, one of a variable passes", async () => {
  const check = findCheck("master_key_place");
  if (check?.needs !== "config") throw new Error("not a check of the configuration");
  const key = "sk-Another-master-key-9876543210-zyx";
  const inFile = configOf(`general_settings:\n  master_key: ${key}\n`, { LITELLM_MASTER_KEY: key });
  const given = { cwd: "/", nowMs: 0 };
  expect(await check.run({ ...given, config: configOf("") })).toMatchObject({ found: "passed" });
  expect((await check.run({ ...given, config: { ...inFile, masterKeyVariable: null } })).line).toContain(
    "config.yaml:2",
  );
});
