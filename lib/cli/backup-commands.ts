/** The commands and options of `shin backup` and `shin restore`. */
import type { Command } from "commander";
import type { CliHost } from "./main.ts";

interface BackupOptions {
  readonly out?: string;
  readonly list: boolean;
  readonly verify?: string;
  readonly config?: string;
  readonly data?: string;
  readonly json: boolean;
}

interface RestoreOptions {
  readonly into?: string;
  readonly replace?: string;
  readonly config?: string;
  readonly data?: string;
  readonly json: boolean;
}

/** @param done takes the exit code */
export function addBackupCommands(program: Command, host: CliHost, done: (code: number) => void): void {
  program
    .command("backup")
    .option(
      "-o, --out <file>",
      "where to; by default a dated file in general_settings.backup_folder, else here",
    )
    .option("--list", "list the backups of the folder", false)
    .option("--verify <file>", "read a backup and check it; exit code 3 when it is damaged")
    .option("-c, --config <file>", "configuration file (SHIN_CONFIG, default ./config.yaml if present)")
    .option("-d, --data <folder>", "data folder (SHIN_DATA_DIR, default ./.data)")
    .option("--json", "print the outcome as JSON", false)
    .description("write everything to one sealed file, and read it back")
    .action(async (options: BackupOptions) => {
      // Loaded here: the other commands need neither the configuration nor the database's client.
      const { listFolder, runBackup, runVerify } = await import("./backup.ts");
      if (options.list) await listFolder(options, host);
      else if (options.verify !== undefined) done(await runVerify(options.verify, options, host));
      else await runBackup(options, host);
    });
  program
    .command("restore")
    .argument("<file>", "a backup")
    .option("--into <url>", "database to fill (DATABASE_URL, else the embedded one of the data folder)")
    .option(
      "--replace <name>",
      "give up what is in the database of this name; without it only an empty one is filled",
    )
    .option("-c, --config <file>", "configuration file (SHIN_CONFIG, default ./config.yaml if present)")
    .option("-d, --data <folder>", "data folder (SHIN_DATA_DIR, default ./.data)")
    .option("--json", "print the outcome as JSON", false)
    .description("put a backup into a database, with every gateway on it stopped")
    .action(async (file: string, options: RestoreOptions) => {
      const { runRestore } = await import("./restore.ts");
      done(await runRestore(file, options, host));
    });
}
