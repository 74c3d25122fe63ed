/** After a start with fewer workers: the first one settles what the ones that are no more have left. */
import { interruptedRows, settleRows } from "#db/queries/ledger.ts";
import { Journal } from "../ledger/journal.ts";
import { defaultRow } from "../ledger/record.ts";
import { replayFiles } from "../ledger/replay.ts";
import type { Runtime } from "../runtime.ts";
import { forgetWorker, formerWorkers, journalOf, nextBoot } from "./instance-file.ts";

/** Replays the journals of workers beyond `workers` and settles their open calls. @throws when the database is away */
export async function settleFormerWorkers(dataDir: string, workers: number, runtime: Runtime): Promise<void> {
  const { health, log, sql } = runtime.deps;
  for (const worker of await formerWorkers(dataDir, workers)) {
    const instance = await nextBoot(dataDir, worker);
    const { journal, leftovers } = await Journal.open(journalOf(dataDir, worker));
    const replayed = await replayFiles({ sql, health, journal, instance, log }, leftovers);
    const cut = await interruptedRows(sql, instance.id, instance.boot);
    const interrupted = cut === null ? 0 : await settleRows(sql, defaultRow(instance), cut);
    await forgetWorker(dataDir, worker);
    if (replayed + interrupted > 0)
      log.warn({ worker, replayed, interrupted }, "settled what a former worker left behind");
  }
}
