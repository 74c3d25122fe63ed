/**
 * The embedded database: a real Postgres from npm as a child process, its files in the data folder, reached over a
 * unix socket with the same driver as any other Postgres. It outlives a gateway that is killed; the next one adopts it.
 */
import { realpath, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { makeFolder, showPath } from "./data-folder.ts";
import { folderFault, lockFolder } from "./data-folder-lock.ts";
import { type Account, chooseAccount } from "./embedded-postgres-account.ts";
import { type Binaries, findNative, prepareBinaries, removeOldCopies } from "./embedded-postgres-binaries.ts";
import { ensureCluster, placeRoot, recordedRoot } from "./embedded-postgres-cluster.ts";
import {
  type ConnectionOptions,
  connectionOptions,
  ensureDatabase,
  freePort,
  keepPassword,
  libpqUrl,
} from "./embedded-postgres-connection.ts";
import { findLiveServer, spawnServer, stopServer } from "./embedded-postgres-server.ts";
import { type ServerTuning, serverSettings } from "./embedded-postgres-settings.ts";
import { makeSocketFolder, socketPort } from "./embedded-postgres-socket.ts";
import { type RunningServer, type ServerLog, supervise } from "./embedded-postgres-supervisor.ts";
import { isStartError, messageOf, StartError, systemErrorCode } from "./start-error.ts";

export interface EmbeddedPostgresOptions extends ServerTuning {
  /** The data folder; the database's own folder in it is locked here. */
  readonly dataDir: string;
  readonly now?: () => Date;
  readonly log: ServerLog;
  /** Longest wait for the server, recovery after a crash included. */
  readonly startTimeoutMs?: number;
  readonly stopTimeoutMs?: number;
  /** Further `-c` settings of the server, over the built-in ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Folder of the Postgres programs; found in node_modules by default. */
  readonly nativeDir?: string;
  /** Where a database goes whose account cannot reach the data folder. */
  readonly durablePlaces?: readonly string[];
}

export interface EmbeddedPostgres {
  readonly options: ConnectionOptions;
  /** For psql and other libpq programs; postgres.js takes `options` (it cannot read a socket folder from a URL). */
  readonly url: string;
  readonly version: string;
  /** True when a server that outlived an earlier gateway was taken over. */
  readonly adopted: boolean;
  /** True when the database was made by this start. */
  readonly created: boolean;
  readonly startedMs: number;
  /** Folder of the database's files. */
  readonly root: string;
  /** Process id of the server as of now; it changes when the server had to be restarted. */
  pid(): number;
  /** Stops the server, also an adopted one. Resolves when it is gone; may be called twice. */
  stop(): Promise<void>;
}

/** Opens the embedded database in the data folder: makes, starts or adopts it. Throws a StartError. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    // By its real name, so that a server is found again under every other name of its folder.
    await makeFolder(options.dataDir);
    return await start({ ...options, dataDir: await realpath(options.dataDir) });
  } catch (error) {
    if (isStartError(error)) throw error;
    if (!/^(E[A-Z0-9]+|53100)$/.test(systemErrorCode(error) ?? "")) {
      throw new StartError("database_failed", `the embedded Postgres cannot be used: ${messageOf(error)}`, {
        advice: "Start again with --debug to see where it failed, or set DATABASE_URL.",
        cause: error,
      });
    }
    throw folderFault(error, showPath(options.dataDir));
  }
}

async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const startedAt = performance.now();
  const { dataDir } = options;
  const say = (message: string) => options.log.info({}, message);
  const native = options.nativeDir ?? findNative();
  const knownRoot = (await recordedRoot(dataDir)) ?? join(dataDir, "postgres");
  const account = await chooseAccount([join(knownRoot, "data"), dataDir]);
  const root = await placeRoot({
    dataDir,
    account,
    say,
    ...(options.durablePlaces ? { places: options.durablePlaces } : {}),
  });
  // A lock of its own: the database may lie outside the data folder, or be named by two configurations.
  const lock = await lockFolder({
    dir: root,
    shownAs: showPath(root),
    now: options.now ?? (() => new Date()),
  });
  try {
    const database = await open({ root, native, account, options });
    return {
      ...database,
      startedMs: Math.round(performance.now() - startedAt),
      async stop() {
        await database.stop();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

interface Opening {
  readonly root: string;
  readonly native: string;
  readonly account: Account | null;
  readonly options: EmbeddedPostgresOptions;
}

async function open({
  root,
  native,
  account,
  options,
}: Opening): Promise<Omit<EmbeddedPostgres, "startedMs">> {
  const { log } = options;
  const say = (message: string) => log.info({}, message);
  const binaries = await prepareBinaries({ native, account, copyTo: root, say });
  const password = process.platform === "win32" ? await keepPassword(root) : null;
  const created = await ensureCluster({ root, binaries, account, password });

  const place: Place = { root, data: join(root, "data"), binaries, account, password, options };
  const adopted = await adopt(place);
  const running = adopted ?? (await launch(place));
  if (adopted !== null) log.info({ pid: running.pid }, "adopted the embedded Postgres of an earlier gateway");
  else await removeOldCopies(root, binaries.native);

  const supervised = supervise({
    first: running,
    log,
    restart: async () => (await adopt(place)) ?? (await launch(place)),
    stop: (pid) => stopServer(pid, { ...place, timeoutMs: options.stopTimeoutMs ?? 20_000 }),
  });
  const { connection } = running;
  return {
    options: connection,
    url: libpqUrl(connection),
    version: binaries.version,
    adopted: adopted !== null,
    created,
    root,
    pid: supervised.pid,
    async stop() {
      await supervised.stop();
      if (!connection.host.startsWith(root) && connection.host.startsWith("/"))
        await removeShortFolder(connection.host);
    },
  };
}

interface Place {
  readonly root: string;
  readonly data: string;
  readonly binaries: Binaries;
  readonly account: Account | null;
  readonly password: string | null;
  readonly options: EmbeddedPostgresOptions;
}

async function launch({ root, data, binaries, account, password, options }: Place): Promise<RunningServer> {
  const socketFolder = process.platform === "win32" ? null : await makeSocketFolder(root, account);
  const port = socketFolder === null ? await freePort() : socketPort;
  const settings = { ...serverSettings(options), ...options.settings };
  const child = await spawnServer({
    binaries,
    account,
    root,
    settings,
    socketFolder,
    port,
    startTimeoutMs: options.startTimeoutMs ?? 120_000,
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const connection = connectionOptions(socketFolder ?? "127.0.0.1", port, password);
  try {
    await ensureDatabase(connection, data);
  } catch (error) {
    await stopServer(child.pid, { data, binaries, account, timeoutMs: 20_000 });
    throw error;
  }
  return { pid: child.pid, connection, exited };
}

/** Takes over a live server of this cluster; null when there is none. One that cannot be reached is stopped. */
async function adopt(place: Place): Promise<RunningServer | null> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const found = await findLiveServer(place.data);
    if (found === null) return null;
    const connection = connectionOptions(found.socketFolder || "127.0.0.1", found.port, place.password);
    try {
      const version = await ensureDatabase(connection, place.data);
      if (version === place.binaries.version) return { pid: found.pid, connection, exited: null };
      place.options.log.info(
        { from: version, to: place.binaries.version },
        "the embedded Postgres is updated",
      );
      await stopServer(found.pid, { ...place, timeoutMs: 20_000 });
    } catch (error) {
      // Starting, recovering, stopping: wait for it. Its socket swept away, or another's server there: no use.
      const busy = !found.ready || /starting up|shutting down|recovery/.test(messageOf(error));
      const swept = found.ready && systemErrorCode(error) === "ENOENT";
      if (swept || (!busy && performance.now() > deadline)) {
        const fields = { pid: found.pid, reason: messageOf(error) };
        place.options.log.warn(fields, "the earlier embedded Postgres cannot be reached; it is restarted");
        await stopServer(found.pid, { ...place, timeoutMs: 20_000 });
      }
      await wait(20);
    }
  }
}

async function removeShortFolder(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== "ENOENT" && code !== "ENOTEMPTY") throw error;
  }
}
