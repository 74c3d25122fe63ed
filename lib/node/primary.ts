/** The first of several processes: keeps what there is once (log, data folder, database, configuration) and the workers. */
import path from "node:path";
import type { Ground } from "./ground.ts";
import { type Serving, WorkerPool } from "./worker-pool.ts";
import { keepRoll, ROLL } from "./worker-roll.ts";

/** Resolves when all workers serve, with what the first one said; from then on signals stop them. */
export async function runPrimary(ground: Ground): Promise<Serving> {
  const { config, data, database, encryptionKey, log } = ground;
  const roll = keepRoll(path.join(data.path, ROLL), (error) =>
    log.log.warn({ err: error }, "the list of workers is not written"),
  );
  const pool = new WorkerPool({
    wanted: config.workers,
    orders: { database, encryptionKey, dataDir: data.path, port: config.port, look: log.look },
    config,
    log: log.log,
    take: log.take,
    onChange: roll.write,
  });
  const first = await pool.start();
  ground.watch((changed) => pool.reload(changed));
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) {
      log.log.warn(`${signal} again: stopping at once`);
      return pool.cut();
    }
    stopping = true;
    end(signal).then(
      (code) => process.exit(code),
      (error: unknown) => {
        log.log.error({ err: error }, "the gateway did not stop cleanly");
        process.exit(1);
      },
    );
  };
  const end = async (signal: string): Promise<number> => {
    const well = await pool.stop(signal);
    await roll.close();
    await ground.close();
    return well ? 0 : 1;
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  return first;
}
