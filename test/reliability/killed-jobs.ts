/**
 * For killing a gateway in the middle of a job: a real process on a real Postgres, and a gate in the database at which the
 * job's next statement waits, so that the kill comes at one known step, however busy the machine is.
 */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, expect } from "vitest";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { type GatewayProcess, startGatewayProcess } from "#test/helpers/process.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";

const GATE = 4_711;
const GONE_MS = 60_000;

/** What becomes of the statement that waited when its process died: the database may still do it, or not. */
export type LastStatement = "done" | "undone";

export interface Gate {
  /** How many statements stand at it when the kill comes. */
  readonly waiters: number;
  open(): Promise<void>;
}

/** Starts Postgres; the gateways of a test are one installation, one process after the other. */
export async function killing() {
  const server = await realPostgres();
  const sql = postgres({ ...server.socket, max: 4, onnotice: () => {} });
  const dataDir = await makeTemporaryFolder();
  const configFile = join(dataDir, "config.yaml");
  const started: GatewayProcess[] = [];
  afterAll(async () => {
    for (const gateway of started) gateway.signal("SIGKILL");
    await Promise.all(started.map((gateway) => gateway.ended));
    await sql.end({ timeout: 1 });
    await rm(dataDir, { recursive: true, force: true });
  });

  async function start(): Promise<GatewayProcess> {
    await writeFile(configFile, "general_settings: { log_level: ERROR }\n");
    const env = { LITELLM_MASTER_KEY: MASTER_KEY, DATABASE_URL: server.url };
    const gateway = await startGatewayProcess({ dataDir, configFile, env });
    started.push(gateway);
    return gateway;
  }

  /** A gate that rows are held at when they are written. @param places table and condition on `new`, or on `old` of rows that go; each gets one waiter */
  async function gateAt(...places: readonly (readonly [table: string, rows: string])[]): Promise<Gate> {
    await sql.unsafe(
      `create or replace function test_gate() returns trigger language plpgsql as
        $$ begin perform pg_advisory_xact_lock(${GATE}); return coalesce(new, old); end $$`,
    );
    for (const [table, rows] of places)
      await sql.unsafe(
        `create trigger test_gate before ${rows.startsWith("old.") ? "delete" : "insert or update"} on ${table} for each row when (${rows}) execute function test_gate()`,
      );
    const keeper = await sql.reserve();
    await keeper`select pg_advisory_lock(${GATE})`;
    return {
      waiters: places.length,
      open: async () => {
        await keeper`select pg_advisory_unlock(${GATE})`;
        keeper.release();
        for (const [table] of places) await sql.unsafe(`drop trigger test_gate on ${table}`);
      },
    };
  }

  const waiting = () => sql<{ pid: number }[]>`
    select pid from pg_locks where locktype = 'advisory' and objid = ${GATE} and not granted`;

  /** Waits until so many statements stand at the gate. */
  const untilHeld = (count: number) =>
    until(`${count} wait at the gate`, async () => (await waiting()).length === count, GONE_MS);

  /**
   * Kills the process when its job stands at the gate, and has the next one find the job without an owner.
   * @returns how far the job was by its own word
   */
  async function killAt(gateway: GatewayProcess, gate: Gate, last: LastStatement): Promise<unknown> {
    await untilHeld(gate.waiters);
    const [job] = await sql<{ progress: unknown }[]>`select progress from jobs where state = 'running'`;
    gateway.signal("SIGKILL");
    expect(await gateway.ended).toEqual({ code: null, signal: "SIGKILL" });
    if (last === "undone")
      for (const { pid } of await waiting()) await sql`select pg_terminate_backend(${pid})`;
    await until("it is settled", async () => last === "done" || (await waiting()).length === 0);
    await gate.open();
    await until("nobody waits any more", async () => (await waiting()).length === 0);
    // The half minute for which a job may be thought alive is not slept away.
    await sql`update jobs set held_until = now() - interval '1 second' where state = 'running'`;
    return job?.progress;
  }

  /** Waits for the job's end. @throws with its own words when it failed */
  async function ended(id: string): Promise<{ result: Record<string, unknown>; attempts: number }> {
    const job = async () => {
      const [row] = await sql<
        { state: string; error: string; result: Record<string, unknown>; attempts: number }[]
      >`select state, error, result, attempts from jobs where id = ${id}`;
      if (row?.state === "failed") throw new Error(row.error);
      return row;
    };
    await until(`job ${id} is done`, async () => (await job())?.state === "done", GONE_MS);
    const { attempts = 0, result = {} } = (await job()) ?? {};
    return { attempts, result };
  }

  return { sql, start, gateAt, untilHeld, killAt, ended };
}

/** Sends a request to a gateway. @returns its body, which must be one of success */
export async function post(gateway: GatewayProcess, path: string, body: unknown, key = MASTER_KEY) {
  const answer = await send(gateway, "POST", path, key, body);
  const text = await answer.text();
  expect(answer.status, text).toBeLessThan(300);
  return JSON.parse(text);
}

export function send(
  gateway: GatewayProcess,
  method: string,
  path: string,
  key = MASTER_KEY,
  body?: unknown,
) {
  const headers = { authorization: `Bearer ${key}` };
  const more = body === undefined ? {} : { body: JSON.stringify(body) };
  return fetch(`${gateway.url}${path}`, { method, headers, ...more });
}
