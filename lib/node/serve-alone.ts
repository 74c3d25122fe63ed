/** One process that is all of the gateway. */
import type { AddressInfo } from "node:net";
import { boot } from "./boot.ts";
import { prepareDrain } from "./drain.ts";
import type { Ground } from "./ground.ts";
import { type ServePortOptions, servePort } from "./serve-port.ts";
import type { Serving } from "./worker-pool.ts";

/** Returns when it listens; from then on signals stop it. @throws what keeps it from starting, with nothing left open */
export async function serveAlone(
  ground: Ground,
  options: Pick<ServePortOptions, "dir" | "dev" | "loadNext">,
): Promise<Omit<Serving, "kind">> {
  const { config, data, database, encryptionKey } = ground;
  const { log } = ground.log;
  const { notices, runtime } = await boot({
    config,
    database,
    dataDir: data.path,
    encryptionKey,
    log,
    worker: 1,
    workers: () => null,
  });
  try {
    ground.watch((changed) => runtime.apply(changed));
    const { look, take } = ground.log;
    const place = { database, dataDir: data.path, encryptionKey, worker: 1 };
    const { host, port } = config;
    const served = await servePort({ ...options, runtime, place, look, take, host, port });
    const { server } = served;
    // Before the banner: who reads it may stop the gateway at once.
    const drain = prepareDrain({ ...served, runtime, log, close: ground.close });
    process.on("SIGTERM", () => drain.stop("SIGTERM"));
    process.on("SIGINT", () => drain.stop("SIGINT"));
    return { address: server.address() as AddressInfo, migrations: runtime.migrations.applied, notices };
  } catch (error) {
    await runtime.close();
    throw error;
  }
}
