/** `shin db`: where the database is, and a way in. Looks only; starts, stops and changes nothing. */
import { join, resolve } from "node:path";
import { showPath } from "../node/data-folder.ts";
import { recordedRoot } from "../node/embedded-postgres-cluster.ts";
import { type ConnectionOptions, libpqUrl } from "../node/embedded-postgres-connection.ts";
import { readPostmaster } from "../node/embedded-postgres-server.ts";
import { isAlive } from "../node/process-info.ts";
import { StartError, systemErrorCode } from "../node/start-error.ts";
import type { CliHost } from "./main.ts";

export interface DatabaseTarget {
  /** DATABASE_URL, null for the embedded database. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
}

/** The database's URL; the password of an external one only with `show`. Throws a StartError when it is not running. */
export async function showUrl({ databaseUrl, dataDir }: DatabaseTarget, show: boolean): Promise<string> {
  if (databaseUrl === null) return libpqUrl(await embeddedConnection(resolve(dataDir)));
  if (show) return databaseUrl;
  return databaseUrl.replace(/^([a-z0-9+]+:\/\/[^:/@]*):[^@]*@/i, "$1:***@");
}

/** Opens psql; its exit code. */
export async function openShell(target: DatabaseTarget, host: CliHost): Promise<number> {
  const url = await showUrl(target, true);
  try {
    return await host.run("psql", [url]);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
    throw new StartError("database_failed", "psql is not installed here", {
      advice: `Install postgresql-client, or open ${await showUrl(target, false)} with another program.`,
      cause: error,
    });
  }
}

/** What our own driver takes: it does not read a socket from a URL. @throws StartError when it is not running */
export async function connectionOf(target: DatabaseTarget): Promise<string | ConnectionOptions> {
  return target.databaseUrl ?? embeddedConnection(resolve(target.dataDir));
}

async function embeddedConnection(dataDir: string): Promise<ConnectionOptions> {
  const root = (await recordedRoot(dataDir)) ?? join(dataDir, "postgres");
  const server = await readPostmaster(join(root, "data"));
  if (server === null || !(await isAlive(server.pid))) {
    throw new StartError("database_failed", `the embedded database of ${showPath(dataDir)} is not running`, {
      advice: "Start the gateway (npm start), or name its data folder with --data.",
    });
  }
  return { host: server.socketFolder || "127.0.0.1", port: server.port, user: "shin", database: "shin" };
}
