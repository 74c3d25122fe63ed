/**
 * What the console costs the machine, in processor time and statements: one refresh of each view that people leave open, and a
 * second of 20 browsers. Unlike a clock it tells the same while the machine has other work.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "../ledger.ts";
import type { RowResult } from "../report.ts";
import type { Stage } from "../stage.ts";
import type { Target } from "../target.ts";
import type { BrowsersOrder } from "./browsers.ts";
import { REFRESH, readPage, refreshPath, type Session } from "./session.ts";

/** What browsers ask for while a page is open, or when somebody presses Refresh. */
const VIEWS = [
  { name: "Limits, live", path: "/ui/limits/live", page: false },
  { name: "Logs, live", path: "/ui/logs/live", page: false },
  { name: "Logs of failed calls, live", path: "/ui/logs/live?outcome=failed&range=30d", page: false },
  { name: "Overview", path: "/ui/overview", page: true },
  { name: "Logs", path: "/ui/logs", page: true },
  { name: "Limits", path: "/ui/limits", page: true },
  { name: "Usage", path: "/ui/usage", page: true },
  { name: "Budgets", path: "/ui/budgets", page: true },
  { name: "Jobs", path: "/ui/jobs", page: true },
  { name: "A key", path: "/ui/keys/key_seed_0001", page: true },
] as const;
const WARM_UP = 3;
const WATCHED_S = 20;

interface Spent {
  readonly gatewayMs: number;
  readonly consoleMs: number;
  readonly postgresMs: number;
  readonly statements: number;
}

export interface Machinery {
  readonly stage: Stage;
  readonly gateway: Target;
  readonly postgresPid: number;
  readonly databaseUrl: string;
}

/** @param times how often each view is asked for @param sessions one for each browser */
export async function cost(
  machinery: Machinery,
  sessions: readonly Session[],
  times: number,
): Promise<RowResult> {
  const { gateway, stage } = machinery;
  const [session] = sessions;
  if (!session) throw new Error("Nobody is signed in.");
  const figures: (string | number)[][] = [];
  const sql = connect(machinery.databaseUrl);
  const spent = (work: () => Promise<void>) => spentBy(machinery, sql, work);
  const row = (name: string, { consoleMs, gatewayMs, postgresMs, statements }: Spent, by: number) =>
    [name, ...[postgresMs, consoleMs, gatewayMs, statements].map((all) => all / by)] as const;
  try {
    for (const { name, page, path } of VIEWS) {
      const address = page ? await refreshPath(gateway.origin, path, session) : path;
      const ask = async (often: number) => {
        for (let time = 0; time < often; time++)
          await readPage(gateway.origin, address, session, page ? REFRESH : {});
      };
      await ask(WARM_UP);
      figures.push([...row(name, await spent(() => ask(times)), times)]);
    }
    const nothing = () => delay(WATCHED_S * 1000);
    figures.push([...row("A second of nobody", await spent(nothing), WATCHED_S)]);
    const watching = async () => {
      const browsers = stage.start({
        label: "browsers",
        command: process.execPath,
        args: [
          join(import.meta.dirname, "browsers.ts"),
          JSON.stringify({ origin: gateway.origin, sessions } satisfies BrowsersOrder),
        ],
      });
      await delay(WATCHED_S * 1000);
      process.kill(browsers.pid, "SIGTERM");
      await browsers.ended;
    };
    figures.push([...row(`A second of ${sessions.length} browsers`, await spent(watching), WATCHED_S)]);
  } finally {
    await sql.end({ timeout: 5 });
  }
  return {
    tables: [
      {
        title: `processor time of one refresh, mean of ${times}`,
        columns: [
          { title: "view" },
          { title: "PostgreSQL ms", digits: 1 },
          { title: "console ms", digits: 1 },
          { title: "gateway ms", digits: 1 },
          { title: "transactions", digits: 1 },
        ],
        rows: figures,
      },
    ],
    goals: [],
    notes: [],
  };
}

async function spentBy(
  { gateway, postgresPid }: Machinery,
  sql: ReturnType<typeof connect>,
  work: () => Promise<void>,
): Promise<Spent> {
  const look = async () => {
    // Backends tell what they did when they come to rest, at most once a second.
    await delay(1_200);
    const [counted] = await sql<{ done: string }[]>`
      select xact_commit + xact_rollback as done from pg_stat_database where datname = current_database()`;
    const [consolePid] = childrenOf(gateway.pid).filter((pid) => commandOf(pid).includes("console"));
    return {
      gateway: cpuMs(gateway.pid).own,
      console: consolePid === undefined ? 0 : cpuMs(consolePid).own,
      // Workers of a query that has ended are counted with their parent.
      postgres: [postgresPid, ...childrenOf(postgresPid)].reduce(
        (sum, pid) => sum + cpuMs(pid).own,
        cpuMs(postgresPid).ended,
      ),
      statements: Number(counted?.done ?? 0),
    };
  };
  const before = await look();
  await work();
  const after = await look();
  return {
    gatewayMs: after.gateway - before.gateway,
    consoleMs: after.console - before.console,
    postgresMs: after.postgres - before.postgres,
    statements: after.statements - before.statements,
  };
}

/** User and system time of a process and of those of its children that have ended; the kernel counts in hundredths of a second. */
function cpuMs(pid: number): { own: number; ended: number } {
  const fields = statOf(pid);
  const sum = (first: number) => (Number(fields[first] ?? 0) + Number(fields[first + 1] ?? 0)) * 10;
  return { own: sum(11), ended: sum(13) };
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && Number(statOf(pid)[1]) === parent);
}

/** What follows the name, which may hold anything; nothing of a process that has just ended. */
function statOf(pid: number): string[] {
  return readOr(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
}

function commandOf(pid: number): string {
  return readOr(`/proc/${pid}/cmdline`);
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It ended between the list of processes and the look at it.
    return "";
  }
}
