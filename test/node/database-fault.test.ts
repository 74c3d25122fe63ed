/** A database that wants encryption, or has none, is told apart from one that is away: what is wrong, and what to set. */
import { execFileSync } from "node:child_process";
import { chown, copyFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import postgres from "postgres";
import { describe, expect, test } from "vitest";
import { asDatabaseFault } from "#lib/node/database-fault.ts";
import { isStartError } from "#lib/node/start-error.ts";
import { temporaryFolder } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { services } from "#test/helpers/services.ts";

/** What a start on `url` would say: the sentence and the advice. */
async function said(url: string): Promise<string> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
  const thrown = await sql`select 1`.then(
    () => "it works",
    (error: unknown) => error,
  );
  await sql.end({ timeout: 1 });
  const told = await asDatabaseFault(thrown, { databaseUrl: url });
  return isStartError(told) ? `${told.message}. ${told.advice}` : String(told);
}

describe.skipIf(services.postgres === null)("a database named by URL", () => {
  test("that speaks no TLS, refuses what is plain, or lets nobody in is named as such", async () => {
    const server = await realPostgres();
    const { host } = new URL(server.url);
    const where = `the database shin at ${host}`;
    expect(await said(`${server.url}?sslmode=require`)).toBe(
      `${where} speaks no TLS, and DATABASE_URL asks for it with sslmode=require. Turn it on in the server (ssl = on, with a certificate); or, for a server on this machine, write sslmode=disable in DATABASE_URL.`,
    );

    const admin = postgres({ ...server.socket, max: 1, onnotice: () => {} });
    const [{ hba = "", data = "" } = {}] = await admin<{ hba: string; data: string }[]>`
      select current_setting('hba_file') as hba, current_setting('data_directory') as data`;
    // The reload comes by a signal: what follows is asked until it holds.
    const rule = async (kind: string) => {
      await writeFile(hba, `local all all trust\n${kind} all all 127.0.0.1/32 scram-sha-256\n`);
      await admin.unsafe("select pg_reload_conf()");
    };
    await writeFile(hba, "local all all trust\n");
    await admin.unsafe("select pg_reload_conf()");
    await expect.poll(() => said(server.url)).toContain(`${where} lets nobody in from here: `);

    await certify(data);
    await admin.unsafe("alter system set ssl = on");
    await rule("hostssl");
    await expect
      .poll(() => said(server.url))
      .toMatch(
        new RegExp(
          `^${where} refuses connections without TLS, and DATABASE_URL asks for none: .*, no encryption\\. Write sslmode=require in DATABASE_URL`,
        ),
      );
    expect(await said(`${server.url}?sslmode=require`)).toBe("it works");
    expect(await said(`${server.url}?sslmode=verify-full`)).toContain(
      `${where} has a certificate that cannot be trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    );
    await rule("hostnossl");
    await expect
      .poll(() => said(`${server.url}?sslmode=require`))
      .toContain(`${where} speaks TLS, but lets nobody in by it: `);
    await admin.end({ timeout: 1 });
  });
});

test("what has nothing to do with encryption is told in the database's own words, without the password", async () => {
  const told = await said("postgresql://shin:hidden-word@127.0.0.1:1/shin");
  expect(told).toMatch(/^the database shin at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/);
  expect(told).not.toContain("hidden-word");
});

async function certify(data: string): Promise<void> {
  const folder = await temporaryFolder();
  const [cert, key] = [path.join(folder, "server.crt"), path.join(folder, "server.key")];
  // biome-ignore format: one option and its value after the other
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1",
    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], { stdio: "pipe" });
  const { gid, uid } = await stat(data);
  for (const file of [cert, key]) {
    const there = path.join(data, path.basename(file));
    await copyFile(file, there);
    await chown(there, uid, gid);
  }
}
