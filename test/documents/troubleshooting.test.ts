/** Each bad start and each bad neighbour ends in one clear sentence, and docs/troubleshooting.md says what mends it. */
import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { connect } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";
import { writeBackup } from "#lib/backup/write.ts";
import { lookAtFiles } from "#lib/cli/doctor-host.ts";
import { lookAtSkew } from "#lib/cli/doctor-services.ts";
import { loadConfig } from "#lib/config/load.ts";
import { openDataFolder } from "#lib/node/data-folder.ts";
import { explainStartFailure } from "#lib/node/start-failure.ts";
import { config } from "#test/contract/setting.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { isRoot, temporaryFolder } from "#test/helpers/house.ts";
import { testDatabase } from "#test/helpers/postgres.ts";
import { readText } from "./sources.ts";

const page = readText("docs/troubleshooting.md");
const key = { kind: "encryption_key", hex: "7".repeat(64) } as const;

/** What was said must stand on the page. */
function expectOnPage(said: string, part: string): void {
  expect(said).toContain(part);
  expect(page).toContain(part);
}

/** A small disk of its own; undefined in a container without the right to mount. */
async function disk(options: string): Promise<string | undefined> {
  const folder = await temporaryFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "pipe" });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync("umount", ["-l", folder]));
  return folder;
}

const open = (dir: string) => openDataFolder({ dir, now: () => new Date() });
const saidBy = (work: Promise<unknown>) =>
  work.then(
    () => "nothing",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

describe("settings", () => {
  const problems = (env: Record<string, string>, yaml = "{}") =>
    loadConfig({
      env,
      cwd: "/x",
      file: "/x/c.yaml",
      readFile: (name) => (name === "/x/c.yaml" ? yaml : null),
      now: new Date(),
    })
      .problems.map(({ message }) => message)
      .join("\n");

  test("that are missing or contradict each other are named", () => {
    expectOnPage(problems({ VERCEL: "1" }), "DATABASE_URL is required on Vercel");
    expectOnPage(
      problems({
        LITELLM_MASTER_KEY: "sk-a-long-master-key-000001",
        SHIN_MASTER_KEY: "sk-another-long-key-000002",
      }),
      "LITELLM_MASTER_KEY and SHIN_MASTER_KEY are both set and differ — keep one of the two",
    );
    expectOnPage(
      problems({}, 'general_settings: { cors_origins: "*", cors_allow_credentials: true }'),
      'cors_allow_credentials cannot go with the origin "*": any site could act for your users — list the origins',
    );
    expectOnPage(
      problems({ CRON_SECRET: "short" }),
      "CRON_SECRET is shorter than 16 characters — make one: openssl rand -hex 32",
    );
  });
});

test("a trusted proxy that forwards nothing is told of, and a client behind it is not let in by it", async () => {
  const gateway = await testGateway({
    yaml: config([], { general_settings: { trusted_proxies: ["10.0.0.1"], allowed_ips: ["192.0.2.0/24"] } }),
  });
  const ask = (peer: string, headers: Record<string, string>) =>
    gateway.call("GET", "/v1/models", { peer, headers });
  const nothing = await ask("10.0.0.1", {});
  expect(nothing.status).toBe(403);
  expectOnPage(
    nothing.json.error.message,
    "The trusted proxy in front forwards no client address: let it set X-Forwarded-For.",
  );
  expect((await ask("10.0.0.1", { "x-forwarded-for": "192.0.2.7" })).status).toBe(200);
  // To anybody else nothing is said of proxies.
  const stranger = await ask("203.0.113.9", {});
  expect(stranger.json.error.message).toBe("Access forbidden: IP address not allowed.");
});

test("a provider with a certificate that nobody vouches for is named as such", async () => {
  const folder = await temporaryFolder();
  const [cert, privateKey] = [path.join(folder, "c.pem"), path.join(folder, "k.pem")];
  // biome-ignore format: one option and its value after the other
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
    "-addext", "subjectAltName=DNS:localhost", "-keyout", privateKey, "-out", cert], { stdio: "pipe" });
  const { readFile } = await import("node:fs/promises");
  const server = createServer({ cert: await readFile(cert), key: await readFile(privateKey) });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { chat, deployment } = await import("#test/contract/setting.ts");
  const gateway = await testGateway({
    yaml: config([deployment("priced", `https://localhost:${port}/v1`)], {
      router_settings: { num_retries: 0 },
    }),
  });
  const answer = await gateway.call("POST", "/v1/chat/completions", { body: chat("priced") });
  expect(answer.status).toBeGreaterThanOrEqual(500);
  expectOnPage(answer.text, "the certificate of the provider is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)");
});

describe.skipIf(!isRoot)("a disk", () => {
  test("that is read-only stops the start and a backup, each with a sentence", async ({ skip }) => {
    const folder = await disk("size=4m,mode=755");
    if (folder === undefined) return skip("this container may not mount");
    await mkdir(path.join(folder, "data"), { mode: 0o700 });
    execFileSync("mount", ["-o", "remount,ro", folder]);
    expectOnPage(await saidBy(open(path.join(folder, "data"))), "lies on a read-only disk");
    const sql = connect({ target: (await testDatabase()).options, max: 1, applicationName: "test" });
    onTestFinished(() => sql.end({ timeout: 1 }));
    const schemaVersion = (await sql`select max(version)::int as version from shin_migrations`)[0]?.version;
    const backup = writeBackup({
      sql,
      file: path.join(folder, "a.backup"),
      key,
      nowMs: 0,
      gatewayVersion: "t",
      schemaVersion,
    });
    expectOnPage(await saidBy(backup), "lies on a read-only disk");
    const found = await lookAtFiles(path.join(folder, "data"), folder);
    expect(found.map(({ message }) => message).join()).toContain("lies on a read-only disk");
  });

  test("that is full stops a backup with a sentence, and keeps nothing half-written", async ({ skip }) => {
    const folder = await disk("size=1m,mode=755");
    if (folder === undefined) return skip("this container may not mount");
    const sql = connect({ target: (await testDatabase()).options, max: 1, applicationName: "test" });
    onTestFinished(() => sql.end({ timeout: 1 }));
    const { randomBytes } = await import("node:crypto");
    await sql`insert into job_files (job_id, name, content_type, expires_at) values ('job_1', 'f', 't', now())`;
    for (let part = 0; part < 3; part += 1)
      await sql`insert into job_file_parts values ('job_1', ${part}, ${randomBytes(900_000)})`;
    const schemaVersion = (await sql`select max(version)::int as version from shin_migrations`)[0]?.version;
    const file = path.join(folder, "a.backup");
    const said = await saidBy(writeBackup({ sql, file, key, nowMs: 0, gatewayVersion: "t", schemaVersion }));
    expectOnPage(said, "is full: no backup was written");
    expect(await readdir(folder)).toEqual([]);
    // And the connection is as good as before.
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
    const fill = async () => {
      for (let i = 0; i < 200; i++) await writeFile(path.join(folder, `filler-${i}`), Buffer.alloc(50_000));
    };
    await expect(fill()).rejects.toMatchObject({ code: "ENOSPC" });
    expect(
      await saidBy(
        open(path.join(folder, "data")).then((data) => data.secret("master-key", () => "x".repeat(5_000))),
      ),
    ).toMatch(/the disk that holds data .* is full/);
    expect(page).toContain("the disk that holds data ... is full");
  });
});

test("what the gateway makes is its own, whatever the umask; a folder open to others is found", async () => {
  const former = process.umask(0);
  onTestFinished(() => void process.umask(former));
  const folder = path.join(await temporaryFolder(), "data");
  const data = await open(folder);
  const { file } = await data.secret("master-key", () => "secret");
  await data.close();
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const sql = connect({ target: (await testDatabase()).options, max: 1, applicationName: "test" });
  onTestFinished(() => sql.end({ timeout: 1 }));
  const backup = path.join(folder, "backups", "a.backup");
  const schemaVersion = (await sql`select max(version)::int as version from shin_migrations`)[0]?.version;
  await writeBackup({ sql, file: backup, key, nowMs: 0, gatewayVersion: "t", schemaVersion });
  expect((await stat(backup)).mode & 0o777).toBe(0o600);
  expect((await stat(path.dirname(backup))).mode & 0o777).toBe(0o700);
  await chmod(folder, 0o755);
  const found = await lookAtFiles(folder, folder);
  expectOnPage(found.map(({ message }) => message).join(), "is open to others (mode 755)");
});

test("a database server that is too old is refused before anything is changed", async () => {
  const target = await testDatabase({ empty: true });
  // What an old server would say of itself.
  await target.sql`create function current_setting(text) returns text language sql as
    $$ select case $1 when 'server_version_num' then '130004' else '13.4' end $$`;
  const sql = connect({ target: target.options, max: 1, applicationName: "test" });
  onTestFinished(() => sql.end({ timeout: 1 }));
  await sql`set search_path = public, pg_catalog`;
  const thrown = await migrate(sql).catch((error: unknown) => error);
  const told = await explainStartFailure(thrown, { host: "", port: 0 });
  expect(told?.advice).toContain("Upgrade the server");
  expectOnPage(
    `${told?.message}.`,
    "The database server is PostgreSQL 13.4, and this gateway needs 14 or newer.",
  );
  expect(await target.sql`select tablename from pg_tables where schemaname = 'public'`).toEqual([]);
});

test("a clock more than 2 s off is a fault, and one that may be right is none", () => {
  expectOnPage(lookAtSkew(3_000, 10).message, "this machine's clock is 3.0 s behind the database's");
  expect(lookAtSkew(-2_500, 10)).toMatchObject({ state: "fault" });
  expect(lookAtSkew(2_500, 600)).toMatchObject({ state: "ok" });
});
