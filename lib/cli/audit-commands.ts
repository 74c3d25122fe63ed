/** The commands and options of `shin audit`. */
import type { Command } from "commander";
import type { DatabaseTarget } from "./database.ts";
import type { CliHost } from "./main.ts";

interface VerifyOptions {
  readonly data?: string;
  readonly key: readonly string[];
  readonly json: boolean;
}

/** @param target which database the options mean. @param done takes the exit code */
export function addAuditCommands(
  program: Command,
  host: CliHost,
  target: (options: { data?: string }) => DatabaseTarget,
  done: (code: number) => void,
): void {
  const audit = program.command("audit").description("the audit log: verify it, export it");
  const several = (value: string, before: readonly string[]) => [...before, value];
  audit
    .command("verify")
    .argument("[file]", "an exported file; without it the database is verified")
    .option("-d, --data <folder>", "data folder (SHIN_DATA_DIR, default ./.data)")
    .option("-k, --key <id>", "a key to trust, as GET /audit/key shows it; may be repeated", several, [])
    .option("--json", "print the verdict as JSON", false)
    .description("walk the chain and name the first record that is wrong; exit code 3 when there is one")
    .action(async (file: string | undefined, options: VerifyOptions) => {
      // Loaded here, as below: the other commands need none of it.
      const { verifyDatabase, verifyFile } = await import("./audit.ts");
      const command = { target: target(options), keys: options.key, json: options.json };
      done(file === undefined ? await verifyDatabase(command, host) : await verifyFile(file, command, host));
    });
  audit
    .command("export")
    .option("-d, --data <folder>", "data folder (SHIN_DATA_DIR, default ./.data)")
    .option("-o, --out <file>", "where to", "audit-export.jsonl")
    .description("write the whole chain to a file that verifies anywhere")
    .action(async ({ out, ...options }: { data?: string; out: string }) => {
      const { exportToFile } = await import("./audit.ts");
      await exportToFile({ target: target(options), keys: [], json: false }, out, host);
    });
}
