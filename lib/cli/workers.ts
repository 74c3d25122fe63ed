/** `shin workers`: the processes that serve, from the list that the first one keeps in the data folder. Looks only. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { showPath } from "../node/data-folder.ts";
import { isAlive } from "../node/process-info.ts";
import { StartError, systemErrorCode } from "../node/start-error.ts";
import { ROLL } from "../node/worker-roll.ts";

const rollSchema = z.object({
  pid: z.number(),
  restarts: z.number(),
  workers: z.array(z.object({ number: z.number(), pid: z.number(), since: z.string() })),
});

/** The list as text or JSON. @throws StartError when no gateway with several workers runs there */
export async function showWorkers(dataDir: string, json: boolean): Promise<string> {
  const folder = resolve(dataDir);
  const roll = await readRoll(join(folder, ROLL));
  if (roll === null || !(await isAlive(roll.pid))) {
    throw new StartError("worker_failed", `no gateway with several workers runs in ${showPath(folder)}`, {
      advice: "Start one (SHIN_WORKERS=2 npm start), or name its data folder with --data.",
    });
  }
  if (json) return JSON.stringify(roll);
  const rows = roll.workers.map(({ number, pid, since }) => `worker ${number}  pid ${pid}  since ${since}`);
  const restarts = roll.restarts === 1 ? "1 restart" : `${roll.restarts} restarts`;
  return [`first process  pid ${roll.pid}  ${restarts}`, ...rows].join("\n");
}

async function readRoll(file: string): Promise<z.infer<typeof rollSchema> | null> {
  try {
    return rollSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return null;
    throw error;
  }
}
