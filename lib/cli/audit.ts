/** `shin audit`: verify the audit log of a database or of an exported file, and export it. */
import { createReadStream } from "node:fs";
import { open, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { connect, database, type Sql } from "#db/client.ts";
import { writeAudit } from "../audit/audit.ts";
import { exportAudit } from "../audit/export.ts";
import { HeadSigner } from "../audit/signer.ts";
import { signingKey } from "../audit/signing-key.ts";
import { type Verdict, verifyChain } from "../audit/verify.ts";
import { type ExportVerdict, verifyExport } from "../audit/verify-export.ts";
import { silentLog } from "../log.ts";
import { StartError, systemErrorCode } from "../node/start-error.ts";
import { connectionOf, type DatabaseTarget } from "./database.ts";
import type { CliHost } from "./main.ts";

/** What `check` and `verify` find is neither success nor failure. */
const FINDINGS = 3;
const PROGRESS_EVERY = 100_000;

export interface AuditCommand {
  readonly target: DatabaseTarget;
  /** Ids of keys to trust beside the gateway's own. */
  readonly keys: readonly string[];
  readonly json: boolean;
}

/** Verifies an exported file; needs no gateway and no database. Exit code 0, or 3 when it is not whole. */
export async function verifyFile(file: string, { json, keys }: AuditCommand, host: CliHost): Promise<number> {
  const input = createReadStream(file, "utf8");
  const verdict = await verifyExport(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }), keys);
  return tell(verdict, json, host, () => {
    if (verdict.keyId !== null && !verdict.keyNamed)
      host.out(
        `signed by key ${verdict.keyId}, which the file itself names: compare it with GET /audit/key, or pass --key\n`,
      );
  });
}

/** Verifies the chain in the database. Exit code 0, or 3 when it is broken. */
export async function verifyDatabase(command: AuditCommand, host: CliHost): Promise<number> {
  const own = await ownSeed(command.target, host);
  const trusted = [...command.keys, ...(own === null ? [] : [signingKey(own).keyId])];
  if (trusted.length === 0)
    throw noKey("Pass the id of its key with --key (GET /audit/key), or set SHIN_AUDIT_KEY.");
  return withDatabase(command.target, async (sql) => {
    const walk = verifyChain(sql, { trusted, nowMs: host.now().getTime() });
    let next = PROGRESS_EVERY;
    let step = await walk.next();
    for (; !step.done; step = await walk.next())
      if (!command.json && step.value.checked >= next) {
        host.err(`${step.value.checked} of ${step.value.of}\n`);
        next += PROGRESS_EVERY;
      }
    return tell(step.value, command.json, host, () => {});
  });
}

/** Writes the export to a file, with an event about it and a fresh head; the export itself is not verified here. */
export async function exportToFile(command: AuditCommand, out: string, host: CliHost): Promise<void> {
  const seed = await ownSeed(command.target, host);
  if (seed === null) throw noKey("Run it where the gateway's data folder is, or set SHIN_AUDIT_KEY.");
  const key = signingKey(seed);
  await withDatabase(command.target, async (sql) => {
    const nowMs = host.now().getTime();
    await recordExport(command.target, nowMs);
    const clock = { now: () => nowMs, monotonic: () => 0 };
    const signer = new HeadSigner({ sql, key, clock, log: silentLog });
    if (!(await signer.signIfWhole()))
      host.err("the chain is broken and was not signed: shin audit verify shows where\n");
    await writeWhole(resolve(out), exportAudit({ sql, key, nowMs }));
  });
  host.out(`${out}  signed by key ${key.keyId}\n`);
}

/** Its own client: drizzle changes how one reads dates. */
async function recordExport(target: DatabaseTarget, nowMs: number): Promise<void> {
  const actor = {
    kind: "system",
    id: "shin audit export",
    claimedBy: null,
    ip: null,
    requestId: null,
  } as const;
  await withDatabase(target, (sql) =>
    database(sql).transaction((tx) =>
      writeAudit(tx, actor, nowMs, {
        action: "audit.export",
        target: { kind: "audit", id: "all" },
        before: null,
        after: null,
      }),
    ),
  );
}

async function tell(
  verdict: Verdict | ExportVerdict,
  json: boolean,
  host: CliHost,
  more: () => void,
): Promise<number> {
  if (json) host.out(`${JSON.stringify(verdict)}\n`);
  else {
    const { broken, checked, head, last, older, unsigned } = verdict;
    host.out(
      broken
        ? `BROKEN at #${broken.number} (${broken.kind}): ${broken.message}\n${checked} records before it are right\n`
        : `${checked} records, head ${last.hash.slice(0, 16)} at #${last.number}, ${head ? `signed ${head.time} by key ${head.keyId}` : "not signed yet"}\n`,
    );
    if (!broken && unsigned > 0) host.out(`${unsigned} of them are newer than the last signed head\n`);
    if (older > 0) host.out(`${older} events are older than the chain: nothing vouches for them\n`);
    more();
  }
  return verdict.ok ? 0 : FINDINGS;
}

async function withDatabase<T>(target: DatabaseTarget, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = connect({ target: await connectionOf(target), max: 1, applicationName: "shin-audit" });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 2 });
  }
}

/** The gateway's own key, from the environment or its data folder; null when neither has it. */
async function ownSeed(target: DatabaseTarget, host: CliHost): Promise<string | null> {
  const given = host.env.SHIN_AUDIT_KEY?.trim();
  if (given) return /^[0-9a-f]{64}$/i.test(given) ? given : Buffer.from(given, "base64").toString("hex");
  try {
    return (await readFile(join(resolve(target.dataDir), "secrets", "audit-key"), "utf8")).trim();
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** Under another name until it is whole: half an export is never taken for one. */
async function writeWhole(file: string, chunks: AsyncIterable<Buffer>): Promise<void> {
  const temporary = `${file}.part`;
  const handle = await open(temporary, "w", 0o600);
  try {
    for await (const chunk of chunks) await handle.write(chunk);
    await handle.sync();
    await handle.close();
    await rename(temporary, file);
  } catch (error) {
    await handle.close();
    await rm(temporary, { force: true });
    throw error;
  }
}

function noKey(advice: string): StartError {
  return new StartError("data_unusable", "the key that signs this audit log is not here", { advice });
}
