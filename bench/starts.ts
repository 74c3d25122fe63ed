/**
 * How long starts take, what a function weighs, what nginx adds: `node bench/starts.ts`, after `npm run build`. Prints each figure
 * with its target; a missed target makes exit code 1. The database is an embedded one that has been used before.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { Agent, request } from "undici";
import { connect } from "../db/client.ts";
import { migrate } from "../db/migrate.ts";
import { nginxUsable, startNginxFront } from "../test/deploy/nginx-front.ts";
import { FUNCTION, functionMegabytes } from "../test/helpers/function-files.ts";
import { startPostgres } from "./postgres.ts";
import { openStage } from "./stage.ts";

const ROOT = path.join(import.meta.dirname, "..");
const ROUTE = path.join(ROOT, FUNCTION);
const ROUNDS = 3;
const CALLS = 1_000;
const MASTER_KEY = "sk-Bench-master-key-0123456789-abcdef";
const BODY = JSON.stringify({ model: "gpt-4", messages: [{ role: "user", content: "hello" }] });

let missed = 0;
function figure(what: string, value: number, unit: string, most: number): void {
  const good = value <= most;
  if (!good) missed += 1;
  process.stdout.write(
    `${what.padEnd(52)}${value.toFixed(2).padStart(9)} ${unit}  at most ${most} ${unit}: ${good ? "met" : "MISSED"}\n`,
  );
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const env = (databaseUrl: string): NodeJS.ProcessEnv => ({
  NODE_ENV: "production",
  PATH: process.env["PATH"] ?? "",
  DATABASE_URL: databaseUrl,
  LITELLM_MASTER_KEY: MASTER_KEY,
  SHIN_ENCRYPTION_KEY: "7".repeat(64),
  SHIN_AUDIT_KEY: "8".repeat(64),
  NEXTAUTH_SECRET: "9".repeat(40),
  NEXTAUTH_URL: "https://shin.example",
});

/** A fresh process that loads the built function and answers one call; milliseconds from the load to the answer. */
async function coldStartMs(databaseUrl: string, config: string): Promise<number> {
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, "cold-start.ts"), ROUTE, BODY, MASTER_KEY],
    {
      cwd: ROOT,
      env: { ...env(databaseUrl), NODE_ENV: "test", VERCEL: "1", SHIN_CONFIG: config, LOG_LEVEL: "error" },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const [line] = await once(createInterface(child.stdout), "line");
  await once(child, "exit");
  return Number(line);
}

/** `node server.ts` as the container runs it; milliseconds from its start until it is ready. */
async function readyMs(databaseUrl: string, dataDir: string): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ["server.ts", "--json"], {
    cwd: ROOT,
    env: { ...env(databaseUrl), PORT: "0", SHIN_DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      if (line.startsWith('{"event":"started"')) resolve(JSON.parse(line).apiUrl.replace(/\/v1$/, ""));
    });
  });
  for (;;) {
    const { body, statusCode } = await request(`${url}/health/readiness`);
    await body.dump();
    if (statusCode === 200) break;
  }
  const tookMs = performance.now() - startedMs;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
  return tookMs;
}

/**
 * What the proxy adds to a call, and what TLS adds to that: one call after the other, in turns, over connections that are kept.
 * Over HTTP the site answers as it does over HTTPS, for this measurement alone.
 */
async function frontAddsMs(databaseUrl: string, folder: string, config: string) {
  const child = spawn(process.execPath, ["server.ts", "--json"], {
    cwd: ROOT,
    env: {
      ...env(databaseUrl),
      NODE_ENV: "test",
      PORT: "0",
      SHIN_DATA_DIR: path.join(folder, "n"),
      SHIN_CONFIG: config,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      if (line.startsWith('{"event":"started"')) resolve(JSON.parse(line).apiUrl.replace(/\/v1$/, ""));
    });
  });
  const nginxFolder = await mkdtemp(path.join(folder, "nginx-"));
  // The edge's own rate limit would refuse a single address that asks this often.
  const front = await startNginxFront(nginxFolder, url, [], (site) =>
    // The edge's own rate limit would refuse a single address that asks this often.
    overHttpToo(site.replace(/^\s*limit_req .*$/gm, "")),
  );
  const agent = new Agent({ connections: 1, connect: { ca: front.certificate } });
  const one = async (origin: string) => {
    const startedMs = performance.now();
    const { body, statusCode } = await request(`${origin}/v1/chat/completions`, {
      method: "POST",
      dispatcher: agent,
      headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
      body: BODY,
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`${origin} answered ${statusCode}`);
    return performance.now() - startedMs;
  };
  const took = { direct: [] as number[], http: [] as number[], https: [] as number[] };
  for (let n = 0; n < CALLS; n += 1) {
    took.direct.push(await one(url));
    took.http.push(await one(front.http));
    took.https.push(await one(front.https));
  }
  await agent.close();
  await front.close();
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
  const [direct, http, https] = [took.direct, took.http, took.https].map((values) =>
    median(values.slice(CALLS / 5)),
  );
  if (direct === undefined || http === undefined || https === undefined) throw new Error("nothing measured");
  process.stdout.write(
    `  p50: direct ${direct.toFixed(2)} ms, nginx over HTTP ${http.toFixed(2)} ms, over HTTPS ${https.toFixed(2)} ms\n`,
  );
  return { nginx: http - direct, tls: https - http };
}

/** The locations of the site's HTTPS server in the place of its redirect, certificates left out. */
function overHttpToo(site: string): string {
  const [, secure = ""] = site.split(/^server \{\n(?=[^}]*listen 443)/m);
  const locations = secure.slice(secure.indexOf("client_max_body_size"));
  const plain = site.replace(/location \/ \{ return 308 [^\n]*\n\}\n/, () => locations);
  if (plain === site || locations === "")
    throw new Error("deploy/nginx/shin.conf is not as this bench knows it");
  return plain;
}

const folder = await mkdtemp(path.join(tmpdir(), "shin-starts-"));
const stage = openStage();
const server = { url: await (await startPostgres(stage)).createDatabase("starts") };
try {
  const sql = connect({ target: server.url, max: 1, applicationName: "bench" });
  await migrate(sql);
  await sql.end();
  const config = path.join(folder, "config.yaml");
  await writeFile(config, "general_settings: { demo_models: true, environment: test }\n");
  figure("function bundle of /v1", await functionMegabytes(), "MB", 5);
  const cold: number[] = [];
  for (let n = 0; n < ROUNDS; n += 1) cold.push(await coldStartMs(server.url, config));
  figure("serverless cold start, module load to first answer", median(cold), "ms", 500);
  const ready: number[] = [];
  for (let n = 0; n < ROUNDS; n += 1) ready.push(await readyMs(server.url, path.join(folder, "data")));
  figure("container start to ready, existing database", median(ready) / 1000, "s", 2);
  if (nginxUsable) {
    const added = await frontAddsMs(server.url, folder, config);
    figure("added by nginx, p50", added.nginx, "ms", 0.4);
    process.stdout.write(`${"added by TLS on top, p50".padEnd(52)}${added.tls.toFixed(2).padStart(9)} ms\n`);
  }
} finally {
  await stage.end();
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = missed === 0 ? 0 : 1;
