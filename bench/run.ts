/**
 * `npm run bench`: runs the rows asked for, one after the other, each on a stage of its own, and prints their figures
 * beside their targets. See README.md in this folder for what each row means.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine, machineLine } from "./machine.ts";
import { printResult, type RowResult } from "./report.ts";
import type { Row } from "./row.ts";
import { large } from "./rows/large.ts";
import { limits } from "./rows/limits.ts";
import { manyKeys } from "./rows/many-keys.ts";
import { memory } from "./rows/memory.ts";
import { next } from "./rows/next.ts";
import { openLoop } from "./rows/open-loop.ts";
import { streams } from "./rows/streams.ts";
import { telemetry } from "./rows/telemetry.ts";
import { throughput } from "./rows/throughput.ts";
import { openStage, type Stage } from "./stage.ts";

const ROWS: ReadonlyMap<string, Row> = new Map([
  ["throughput", throughput],
  ["open-loop", openLoop],
  ["streams", streams],
  ["large", large],
  ["limits", limits],
  ["many-keys", manyKeys],
  ["memory", memory],
  ["telemetry", telemetry],
  ["next", next],
]);

const USAGE = `Usage: npm run bench -- [ROW...] [--quick] [--json FILE] [--gateway FOLDER]
Rows: ${[...ROWS.keys()].join(" ")} (all of them when none is named)
  --quick           one short round of each: shows that everything works, the figures are rough
  --json FILE       also write all figures to FILE
  --gateway FOLDER  measure the gateway of another checkout`;

interface Options {
  readonly rows: readonly string[];
  readonly quick: boolean;
  readonly jsonFile: string | null;
  readonly checkout: string;
}

/** Reads the command line; throws a sentence for the user when it cannot be followed. */
function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      gateway: { type: "string", default: join(import.meta.dirname, "..") },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const unknown = positionals.filter((name) => !ROWS.has(name));
  if (unknown.length > 0) throw new Error(`There is no row called ${unknown.join(", ")}.`);
  const checkout = resolve(values.gateway);
  if (!existsSync(join(checkout, "server.ts"))) throw new Error(`There is no server.ts in ${checkout}.`);
  const rows = positionals.length > 0 ? positionals : [...ROWS.keys()];
  return { rows, quick: values.quick, jsonFile: values.json ?? null, checkout };
}

async function main(options: Options): Promise<boolean> {
  let stage: Stage | null = null;
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      interrupted = true;
      console.error(`\n${signal}: stopping everything that was started ...`);
      void (stage?.end() ?? Promise.resolve()).finally(() => process.exit(130));
    });
  }
  const machine = describeMachine();
  console.log(machineLine(machine));
  const results: Record<string, RowResult | { readonly failed: string }> = {};
  for (const name of options.rows) {
    const row = ROWS.get(name);
    if (row === undefined) continue;
    stage = openStage();
    try {
      const result = await row({ stage, checkout: options.checkout, quick: options.quick });
      results[name] = result;
      printResult(name, result);
    } catch (error) {
      if (interrupted) return false; // what fails now fails because everything is being stopped
      const message = error instanceof Error ? error.message : String(error);
      results[name] = { failed: message };
      console.error(`\n== ${name} ==\n  FAILED ${message}`);
      for (const obituary of stage.obituaries()) console.error(obituary);
    } finally {
      await stage.end();
    }
  }
  if (options.jsonFile !== null) {
    const { quick, jsonFile } = options;
    writeFileSync(
      jsonFile,
      `${JSON.stringify({ at: new Date().toISOString(), machine, quick, results }, null, 2)}\n`,
    );
  }
  return Object.values(results).every((result) => !("failed" in result));
}

let options: Options;
try {
  options = readOptions();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exit(64);
}
process.exitCode = (await main(options)) ? 0 : 1;
