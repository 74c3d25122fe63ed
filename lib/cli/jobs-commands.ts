/** The commands and options of `shin jobs`. */
import type { Command } from "commander";
import { connectionOf, type DatabaseTarget } from "./database.ts";
import type { CliHost } from "./main.ts";

interface JobOptions {
  readonly data?: string;
  readonly json: boolean;
}

/** @param target which database the options mean. @param done takes the exit code */
export function addJobCommands(
  program: Command,
  host: CliHost,
  target: (options: { data?: string }) => DatabaseTarget,
  done: (code: number) => void,
): void {
  const jobs = program.command("jobs").description("exports and other long work: list, watch, cancel");
  const command = (name: string, description: string) =>
    jobs
      .command(name)
      .option("-d, --data <folder>", "data folder (SHIN_DATA_DIR, default ./.data)")
      .option("--json", "print JSON", false)
      .description(description);
  const asked = async (options: JobOptions) => ({
    target: await connectionOf(target(options)),
    json: options.json,
  });
  command("list", "the newest jobs")
    .option("-n, --limit <count>", "so many", "20")
    .action(async ({ limit, ...options }: JobOptions & { limit: string }) => {
      // Loaded here, as below: the other commands need none of it.
      const { listAll } = await import("./jobs.ts");
      done(await listAll(await asked(options), limit, host));
    });
  command("watch", "follow one job to its end; exit code 1 when it fails or is cancelled")
    .argument("<id>", "the job's id")
    .action(async (id: string, options: JobOptions) => {
      const { watch } = await import("./jobs.ts");
      done(await watch(await asked(options), id, host));
    });
  command("cancel", "stop a job: one that waits at once, one that runs at its next step")
    .argument("<id>", "the job's id")
    .action(async (id: string, options: JobOptions) => {
      const { cancel } = await import("./jobs.ts");
      done(await cancel(await asked(options), id, host));
    });
}
