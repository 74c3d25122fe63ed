/** A database that is alive and answers nothing: what a page shows then. */
import { readFileSync } from "node:fs";
import type { connect } from "#db/client.ts";

/** Sends a signal (SIGSTOP, SIGCONT) to an embedded Postgres and everything that it has started. */
export async function signalPostgres(
  sql: ReturnType<typeof connect>,
): Promise<(signal: NodeJS.Signals) => void> {
  const [server] = await sql<{ pid: string }[]>`select pg_read_file('postmaster.pid') as pid`;
  const postmaster = Number(server?.pid.split("\n")[0]);
  return (signal) => {
    const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, "utf8")
      .trim()
      .split(" ");
    for (const pid of [postmaster, ...children.map(Number)]) process.kill(pid, signal);
  };
}
