/** The command line: what it prints, where, and with which exit code; scripts rely on all three. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CliHost, main } from "#lib/cli/main.ts";
import { parseStartOptions, toArguments } from "#lib/cli/start-options.ts";
import { startForTest, temporaryFolder } from "#test/helpers/house.ts";

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly started: (readonly string[])[];
  readonly programs: (readonly string[])[];
}

async function shin(line: string[], overrides: Partial<CliHost> = {}): Promise<Ran> {
  let out = "";
  let err = "";
  const started: (readonly string[])[] = [];
  const programs: (readonly string[])[] = [];
  const code = await main(line, {
    version: "9.8.7",
    env: {},
    now: () => new Date("2026-11-23T10:00:00Z"),
    color: false,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    start: async (args) => {
      started.push(args);
      return 0;
    },
    run: async (file, args) => {
      programs.push([file, ...args]);
      return 0;
    },
    ...overrides,
  });
  return { code, out, err, started, programs };
}

describe("usage", () => {
  test("help goes to stdout with 0, and names every command", async () => {
    const { code, out, err } = await shin(["--help"]);
    expect([code, err]).toEqual([0, ""]);
    for (const name of ["start", "config", "db", "keys"]) expect(out).toContain(`  ${name}`);
    expect(await shin(["--version"])).toMatchObject({ code: 0, out: "9.8.7\n" });
  });

  test.each([
    [["nonsense"]],
    [["start", "--port", "70000"]],
    [["start", "--nonsense"]],
    [["config", "check"]],
    [["keys", "master"]],
  ])("%j is wrong usage: exit code 2, said on stderr, nothing on stdout", async (line) => {
    const { code, out, err } = await shin(line);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/error: .+\n\(shin --help/);
  });
});

test("start hands its checked options on", async () => {
  const { started, code } = await shin(["start", "-p", "4001", "--host", "0.0.0.0", "--data", "d", "--json"]);
  expect([code, started]).toEqual([0, [["--port", "4001", "--host", "0.0.0.0", "--data", "d", "--json"]]]);
});

test("what start hands on is what server.ts reads", () => {
  const all = {
    port: 0,
    host: "::1",
    data: "a b",
    config: "c.yaml",
    json: true,
    debug: true,
    demoData: true,
    production: true,
    dev: true,
  };
  expect(parseStartOptions(toArguments(all))).toEqual(all);
  expect(parseStartOptions([])).toEqual({
    port: null,
    host: null,
    data: null,
    config: null,
    json: false,
    debug: false,
    production: false,
    demoData: false,
    dev: false,
  });
});

test("keys master --generate prints a line for .env, a new key each time", async () => {
  const [first, second] = [
    await shin(["keys", "master", "--generate"]),
    await shin(["keys", "master", "--generate"]),
  ];
  expect(first.out).toMatch(/^LITELLM_MASTER_KEY=sk-[\w-]{43}\n$/);
  expect(first.out).not.toBe(second.out);
});

describe("config check", () => {
  async function check(text: string, ...flags: string[]) {
    const file = join(await temporaryFolder(), "config.yaml");
    await writeFile(file, text);
    return shin(["config", "check", file, ...flags]);
  }

  test("0 for a good file", async () => {
    expect(await check("model_list: []\n")).toMatchObject({
      code: 0,
      out: expect.stringContaining("is good"),
      err: "",
    });
  });

  test("78 for a bad one, with place and suggestion; --json is JSON", async () => {
    const bad = "general_settings:\n  master_kye: x\n";
    expect(await check(bad)).toMatchObject({
      code: 78,
      out: expect.stringMatching(/:2:3 +error .*did you mean "master_key"/),
    });
    const { code, out } = await check(bad, "--json");
    expect(code).toBe(78);
    expect(JSON.parse(out)).toMatchObject({
      valid: false,
      problems: [expect.objectContaining({ line: 2, column: 3 })],
    });
  });

  test("78 for a file that is not there", async () => {
    expect(await shin(["config", "check", "/nowhere/config.yaml"])).toMatchObject({
      code: 78,
      out: expect.stringContaining("there is no file"),
    });
  });
});

describe("db", () => {
  test("url and shell reach the embedded database while it runs, and say so when it does not", async () => {
    const dataDir = join(await temporaryFolder(), "data");
    await mkdir(dataDir);
    expect(await shin(["db", "url", "--data", dataDir])).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("is not running"),
    });
    const database = await startForTest({ dataDir });
    expect(await shin(["db", "url"], { env: { SHIN_DATA_DIR: dataDir } })).toMatchObject({
      code: 0,
      out: `${database.url}\n`,
    });
    expect((await shin(["db", "shell", "--data", dataDir])).programs).toEqual([["psql", database.url]]);
    await database.stop();
    expect(await shin(["db", "url", "--data", dataDir])).toMatchObject({ code: 1 });
  });

  test("the password of DATABASE_URL is shown only when asked for, and never in an error", async () => {
    const env = { DATABASE_URL: "postgres://app:s3cret@db:5432/shin?sslmode=require" };
    expect((await shin(["db", "url"], { env })).out).toBe(
      "postgres://app:***@db:5432/shin?sslmode=require\n",
    );
    expect((await shin(["db", "url", "--show"], { env })).out).toBe(`${env.DATABASE_URL}\n`);
    const run = () => Promise.reject(Object.assign(new Error("spawn psql ENOENT"), { code: "ENOENT" }));
    const { code, err } = await shin(["db", "shell"], { env, run });
    expect(code).toBe(1);
    expect(err).toContain("psql is not installed");
    expect(err).not.toContain("s3cret");
  });
});
