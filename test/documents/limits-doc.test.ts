/**
 * docs/limits.md is what the gateway does: its commands are run in a shell, as a reader would, against a gateway with the
 * page's own configuration, and the page must print what they printed. After a change of a refusal's words, write the
 * answers anew with: vitest run test/documents/limits-doc.test.ts -u
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { createShinServer } from "#lib/node/server.ts";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { answer, chunk, either, rawUpstream, sse, stream } from "#test/helpers/upstream.ts";
import { testClock } from "#test/spend/spending.ts";
import { type Block, blocksOf } from "./markdown.ts";
import { readText, root } from "./sources.ts";

const PAGE = "docs/limits.md";
const page = readText(PAGE);
const blocks = blocksOf(page);
const textOf = (info: string) => blocks.find((block) => block.info === info)?.text ?? "";
const run = promisify(execFile);

/** A stream says one word and then nothing until its client goes: it holds its slot. */
const upstream = await rawUpstream(
  either(
    answer(),
    stream((response) => void response.write(sse(chunk("Hel")))),
  ),
);

const folder = await mkdtemp(join(tmpdir(), "shin-test-limits-"));
await mkdir(join(folder, ".data", "secrets"), { recursive: true });
await writeFile(join(folder, ".data", "secrets", "master-key"), MASTER_KEY);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Commands that share a gateway: from one configuration of the page up to the next. */
interface Session {
  readonly yaml: string;
  readonly commands: Block[];
}

function sessionsOf(all: readonly Block[]): Session[] {
  const sessions: Session[] = [];
  for (const block of all) {
    if (block.info === "yaml models") sessions.push({ yaml: block.text, commands: [] });
    if (block.info === "yaml added")
      sessions.push({ yaml: textOf("yaml models") + block.text, commands: [] });
    if (block.info === "yaml whole") sessions.push({ yaml: block.text, commands: [] });
    if (block.info === "sh run") sessions.at(-1)?.commands.push(block);
  }
  return sessions;
}

/** Runs a session's commands in one shell. @returns what each printed */
async function outputsOf({ commands, yaml }: Session): Promise<string[]> {
  const gateway = await testGateway({
    yaml: yaml.replaceAll("http://127.0.0.1:9999/v1", upstream.url),
    clock: testClock("2025-06-15T10:20:00Z"),
  });
  const server = createShinServer({
    gateway: gateway.runtime.gateway,
    console: (_, outgoing) => void outgoing.writeHead(404).end(),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const mark = "-----next block-----";
  const script = [textOf("sh setup"), ...commands.map((block) => block.text)].join(`\necho "${mark}"\n`);
  const { stdout } = await run(
    "bash",
    ["-euo", "pipefail", "-c", script.replaceAll("http://localhost:4000", `http://127.0.0.1:${port}`)],
    { cwd: folder, timeout: 30_000 },
  );
  server.closeAllConnections();
  server.close();
  return stdout.split(mark).slice(1);
}

/** What differs from run to run, shortened. */
function steady(text: string): string {
  return text
    .replace(/\b([a-z]+)_[0-9A-Z]{26}\b/g, "$1_...")
    .replace(/\bsk-[0-9A-Za-z]{48}\b/g, "sk-...")
    .replace(/\r/g, "");
}

const WIDTH = 116;

/** JSON in lines that a page can hold, broken behind commas. */
function inLines(text: string): string {
  const lines: string[] = [];
  for (const part of steady(text)
    .trim()
    .split(/(?<=,)(?=")/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + part.length <= WIDTH) lines[lines.length - 1] = line + part;
    else lines.push(part);
  }
  return `${lines.join("\n")}\n`;
}

const sessions = sessionsOf(blocks);
const outputs = new Map<Block, string>();
for (const session of sessions) {
  const printed = await outputsOf(session);
  for (const [place, block] of session.commands.entries()) outputs.set(block, printed[place] ?? "");
}

/** The page with every answer as it came just now. */
function withAnswers(): string {
  const answers = blocks.flatMap((block, place) => {
    const shown = blocks[place + 1];
    const output = outputs.get(block);
    if (output === undefined || !shown?.info.endsWith(" answer")) return [];
    return [shown.info.startsWith("json") ? inLines(output) : `${steady(output).trim()}\n`];
  });
  let next = 0;
  return page.replace(
    /^(```(?:json|text) answer\n)[\s\S]*?^```$/gm,
    (_, fence: string) => `${fence}${answers[next++] ?? ""}\`\`\``,
  );
}

describe("docs/limits.md", () => {
  it("prints what its commands print", async () => {
    await expect(withAnswers()).toMatchFileSnapshot(join(root, PAGE));
  });

  it("shows an answer behind every command, and nothing but refusals where it says so", () => {
    const commands = blocks.filter((block) => block.info === "sh run");
    expect(commands.length).toBeGreaterThan(40);
    for (const block of commands)
      expect(blocks[blocks.indexOf(block) + 1]?.info, block.text).toMatch(/^(json|text) answer$/);
    const refusals = [...outputs].filter(([block]) => /^ask/m.test(block.text));
    const admitted = refusals.filter(([, output]) => !output.includes('"error"'));
    // Those that show what is let through: a soft budget, a raise, strict, unpriced models.
    expect(admitted.length).toBeLessThan(8);
  });

  it("has an example for every subject and metric", () => {
    const reasons = new Set(
      [...outputs.values()].flatMap((text) =>
        [...text.matchAll(/"reason":"(\w+)"/g)].map((match) => match[1]),
      ),
    );
    const subjects = [
      "gateway",
      "model",
      "deployment",
      "key",
      "user",
      "team",
      "team_member",
      "end_user",
      "tag",
    ];
    const wanted = [
      ...subjects.flatMap((subject) => ["rpm", "tpm", "budget"].map((metric) => `${subject}_${metric}`)),
      ...["gateway", "model", "deployment", "key", "user", "team"].map((subject) => `${subject}_parallel`),
      ...["rph", "rpd", "tph", "tpd"].map((span) => `key_${span}`),
      ...["key_model_rpm", "key_model_tpm", "key_model_budget", "key_tier_budget", "key_budget_1d"],
      "provider_budget",
    ];
    expect(wanted.filter((reason) => !reasons.has(reason))).toEqual([]);
  });
});
