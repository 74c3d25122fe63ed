/** `npm start` before there is anything: installs and builds when needed and only then, and becomes the gateway. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { temporaryFolder, until } from "#test/helpers/house.ts";
import { NODE_OPTIONS } from "../../scripts/node-options.js";

const scripts = join(import.meta.dirname, "../../scripts");

/** A clone in small: our scripts, and stand-ins for npm, Next and the server that write down how they were called. */
async function smallClone(): Promise<string> {
  const root = await temporaryFolder();
  await mkdir(join(root, "scripts"));
  for (const name of ["node-options.js", "prepare.js", "start.js", "test.js"])
    await copyFile(join(scripts, name), join(root, "scripts", name));
  await writeFile(join(root, "package.json"), '{"type":"module"}');
  await writeFile(
    join(root, "package-lock.json"),
    '{"packages":{"":{},"node_modules/next":{"version":"1.0.0"}}}',
  );
  await writeFile(join(root, "tsconfig.json"), "{}");
  const record =
    'require("node:fs").appendFileSync(process.cwd() + "/calls", process.argv.slice(2).join(" ") + "\\n");';
  await writeFile(
    join(root, "npm-cli.cjs.js"),
    `import { createRequire } from "node:module"; const require = createRequire(import.meta.url); ${record}
     const { mkdirSync, writeFileSync } = require("node:fs");
     if (process.env.FAIL_NPM) { console.error("E404 no such thing"); process.exit(3); }
     mkdirSync("node_modules/next/dist/bin", { recursive: true });
     writeFileSync("node_modules/next/dist/bin/next", ${JSON.stringify(`${record} require("node:fs").mkdirSync(".next", { recursive: true });`)});`,
  );
  await writeFile(
    join(root, "server.ts"),
    `const args: string[] = process.argv.slice(2);
     if (args.includes("--wait")) { process.on("SIGTERM", () => process.exit(7)); setInterval(() => {}, 60_000); } else process.exitCode = 3;
     // Last: who reads it may send the signal at once.
     console.log(JSON.stringify({ args, options: process.env.NODE_OPTIONS, pid: process.pid }));`,
  );
  return root;
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function start(
  root: string,
  args: string[] = [],
  env: Record<string, string> = {},
  node = process.execPath,
): Promise<Ran> {
  return new Promise((resolve) => {
    const options = {
      cwd: root,
      env: {
        ...process.env,
        npm_execpath: join(root, "npm-cli.cjs.js"),
        npm_node_execpath: process.execPath,
        ...env,
      },
    };
    const child = execFile(node, [join(root, "scripts/start.js"), ...args], options, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

async function calls(root: string): Promise<string[]> {
  const text = await readFile(join(root, "calls"), "utf8").catch(() => "");
  await rm(join(root, "calls"), { force: true });
  return text.split("\n").slice(0, -1);
}

const npmCall = "ci --ignore-scripts --no-audit --no-fund --include=dev --include=optional";

test("installs on the first start, then touches npm only when the lockfile changes", async () => {
  const root = await smallClone();
  const first = await start(root, ["--port", "4001"]);
  expect(first).toMatchObject({
    code: 3,
    err: expect.stringMatching(/^installing packages \.\.\.\ninstalling packages: done in/),
  });
  expect(JSON.parse(first.out)).toMatchObject({ args: ["--port", "4001"] });
  expect(await calls(root)).toEqual([npmCall]);
  expect(await start(root)).toMatchObject({ code: 3, err: "" });
  expect(await calls(root)).toEqual([]);
  await writeFile(
    join(root, "package-lock.json"),
    '{"packages":{"":{},"node_modules/next":{"version":"1.0.1"}}}',
  );
  await start(root);
  expect(await calls(root)).toEqual([npmCall]);
});

test("packages installed by hand as the lockfile says are left alone", async () => {
  const root = await smallClone();
  await mkdir(join(root, "node_modules/next"), { recursive: true });
  await writeFile(
    join(root, "node_modules/.package-lock.json"),
    '{"packages":{"node_modules/next":{"version":"1.0.0"}}}',
  );
  await start(root);
  expect(await calls(root)).toEqual([]);
});

test("an npm that fails: its output, one sentence, exit code 1, and the next start tries again", async () => {
  const root = await smallClone();
  const failed = await start(root, [], { FAIL_NPM: "1" });
  expect(failed).toMatchObject({ code: 1, out: "" });
  expect(failed.err).toMatch(/E404 no such thing[\s\S]*shin: npm could not install the packages.*\n$/);
  await calls(root);
  expect(await start(root)).toMatchObject({ code: 3 });
  expect(await calls(root)).toEqual([npmCall]);
});

test("builds when there is an app and its sources changed, and not for --help", async () => {
  const root = await smallClone();
  await start(root);
  await calls(root);
  await mkdir(join(root, "app"));
  await writeFile(join(root, "app/page.tsx"), "1");
  await start(root, ["--help"]);
  expect(await calls(root)).toEqual([]);
  for (const expected of [["build"], []]) {
    await start(root);
    expect(await calls(root)).toEqual(expected);
  }
  await mkdir(join(root, "lib/deep"), { recursive: true });
  await writeFile(join(root, "lib/deep/rule.ts"), "2");
  for (const expected of [["build"], []]) {
    await start(root);
    expect(await calls(root)).toEqual(expected);
  }
});

test("the gateway's Node gets its options, and whoever states others has the last word", async () => {
  const root = await smallClone();
  expect(JSON.parse((await start(root, [], { NODE_OPTIONS: "" })).out).options).toBe(NODE_OPTIONS);
  const stated = await start(root, [], { NODE_OPTIONS: "--max-semi-space-size=64" });
  expect(JSON.parse(stated.out).options).toBe(`${NODE_OPTIONS} --max-semi-space-size=64`);
  for (const file of ["deploy/Dockerfile", "deploy/systemd/shin.service", "deploy/systemd/shin@.service"]) {
    const text = await readFile(join(scripts, "..", file), "utf8");
    expect(text, file).toContain(`NODE_OPTIONS=${NODE_OPTIONS}`);
  }
});

describe("becomes the gateway", () => {
  /** Node's own way in, and the one of older Nodes, which cannot replace themselves. */
  const ways = {
    "by replacing itself": "",
    "by waiting beside it": "data:text/javascript,process.execve=undefined",
  };

  test.each(Object.entries(ways))(
    "%s: a signal reaches it, and its exit code is ours",
    async (_name, preload) => {
      const root = await smallClone();
      await start(root);
      const args = [
        ...(preload === "" ? [] : ["--import", preload]),
        join(root, "scripts/start.js"),
        "--wait",
      ];
      const child: ChildProcess = spawn(process.execPath, args, {
        cwd: root,
        stdio: ["ignore", "pipe", "inherit"],
      });
      onTestFinished(() => void child.kill("SIGKILL"));
      let out = "";
      child.stdout?.on("data", (chunk) => {
        out += chunk;
      });
      await until("it runs", () => out.includes("\n"));
      expect(JSON.parse(out).pid === child.pid).toBe(preload === "");
      child.kill("SIGTERM");
      const [code] = await once(child, "exit");
      expect(code).toBe(7);
    },
  );
});

test("the lockfile names every platform's packages, or npm ci fails for everybody", async () => {
  const { missingEntries } = await import("../../scripts/complete-lockfile.js");
  const lockfile = JSON.parse(await readFile(join(scripts, "../package-lock.json"), "utf8"));
  expect(missingEntries(lockfile.packages)).toEqual({});
  const wanted = {
    "node_modules/a": {
      optionalDependencies: { "@a/native-linux-x64-musl": "1.2.3", "@a/native-darwin-arm64": "1.2.3" },
    },
    "node_modules/@a/native-darwin-arm64": {},
  };
  expect(missingEntries(wanted)).toEqual({
    "node_modules/@a/native-linux-x64-musl": {
      version: "1.2.3",
      cpu: ["x64"],
      libc: ["musl"],
      optional: true,
      os: ["linux"],
    },
  });
});
