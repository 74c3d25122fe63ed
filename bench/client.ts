/** Runs one of our own load clients in a process of its own and reads the figures it prints. */
import { join } from "node:path";
import type { OpenLoopFigures, Order } from "./open-loop.ts";
import type { Stage } from "./stage.ts";
import type { StreamFigures, StreamOrder } from "./stream-client.ts";

/** Sends calls at an even pace; throws when any was not answered with 200. */
export async function driveOpenLoop(stage: Stage, name: string, order: Order): Promise<OpenLoopFigures> {
  const figures: OpenLoopFigures = JSON.parse(await runClient(stage, "open-loop.ts", name, order));
  if (figures.notOk > 0)
    throw new Error(`${name}: ${figures.notOk} of ${figures.calls} calls were not answered with 200.`);
  return figures;
}

/** Reads many streams at once; throws when any was not whole. */
export async function driveStreams(stage: Stage, name: string, order: StreamOrder): Promise<StreamFigures> {
  return JSON.parse(await runClient(stage, "stream-client.ts", name, order));
}

function runClient(stage: Stage, file: string, name: string, order: object): Promise<string> {
  return stage.run({
    label: `${file} against ${name}`,
    command: process.execPath,
    args: [join(import.meta.dirname, file), JSON.stringify(order)],
  });
}
