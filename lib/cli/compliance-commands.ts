/** The commands and options of `shin check` and `shin compliance`. */
import type { Command } from "commander";
import type { ComplianceOptions } from "./compliance.ts";
import type { CliHost } from "./main.ts";

/** @param done takes the exit code */
export function addComplianceCommands(program: Command, host: CliHost, done: (code: number) => void): void {
  const where = (command: Command) =>
    command
      .option("-c, --config <file>", "configuration file (SHIN_CONFIG, default ./config.yaml if present)")
      .option("-d, --data <folder>", "data folder (SHIN_DATA_DIR, default ./.data)")
      .option("-u, --url <address>", "where the gateway answers (default: this machine, the configured port)")
      .option("-k, --key <secret>", "an admin's key (default: the master key that is set here)")
      .option("--json", "print JSON", false);

  where(program.command("check"))
    .requiredOption("--production", "run the checks that production asks for")
    .description("run the compliance checks; exit code 3 when any is failed or open")
    .action(async (options: ComplianceOptions) => {
      // Loaded here, as below: the other commands need none of it.
      const { checkProduction } = await import("./compliance.ts");
      done(await checkProduction(options, host));
    });

  const compliance = program.command("compliance").description("the compliance report: write it, verify one");
  where(compliance.command("report"))
    .option("-o, --out <file>", "write the signed report as JSON to this file")
    .description("how every check stands, by guide, GDPR and SOC 2, signed by the audit key")
    .action(async (options: ComplianceOptions & { out?: string }) => {
      const { writeReport } = await import("./compliance.ts");
      await writeReport(options, host);
    });
  const several = (value: string, before: readonly string[]) => [...before, value];
  compliance
    .command("verify")
    .argument("<file>", "a report as --out writes it")
    .option(
      "-k, --key <id>",
      "id of a key to trust, as GET /audit/key shows it; may be repeated",
      several,
      [],
    )
    .description("verify a signed report anywhere; exit code 3 when it is not what was signed")
    .action(async (file: string, { key }: { key: readonly string[] }) => {
      const { verifyReport } = await import("./compliance.ts");
      done(await verifyReport(file, key, host));
    });
}
