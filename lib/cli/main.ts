/** The command line `shin`. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something was found (doctor, audit, check), 78 faults in the configuration. */
import { Command, CommanderError } from "commander";
import { makeMasterKey } from "../node/data-folder.ts";
import { isStartError, messageOf } from "../node/start-error.ts";
import { terminalText } from "../terminal-text.ts";
import { addAuditCommands } from "./audit-commands.ts";
import { addBackupCommands } from "./backup-commands.ts";
import { addComplianceCommands } from "./compliance-commands.ts";
import { addContentCommands } from "./content-commands.ts";
import { type DatabaseTarget, openShell, showUrl } from "./database.ts";
import { addIncidentCommands } from "./incident-commands.ts";
import { addJobCommands } from "./jobs-commands.ts";
import { addPrivacyCommands } from "./privacy-commands.ts";
import { addStartOptions, readStartOptions, toArguments } from "./start-options.ts";
import { showWorkers } from "./workers.ts";

/** What the command line needs from the process it runs in. */
export interface CliHost {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** True when the terminal shows colours. */
  readonly color: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Goes over into the gateway; returns only where the process cannot be replaced. */
  readonly start: (args: readonly string[]) => Promise<number>;
  /** Runs a program in this terminal; its exit code. Rejects when it is not installed. */
  readonly run: (file: string, args: readonly string[]) => Promise<number>;
}

/** Runs one command; `argv` without node and script. Returns the exit code. */
export async function main(argv: readonly string[], given: CliHost): Promise<number> {
  const host: CliHost = {
    ...given,
    out: (text) => given.out(terminalText(text)),
    err: (text) => given.err(terminalText(text)),
  };
  let code = 0;
  const program = buildProgram(host, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (isStartError(error)) {
      host.err(`shin: ${error.message}. ${error.advice}\n`);
      return error.exitCode;
    }
    host.err(`shin: ${messageOf(error)}\n`);
    return 1;
  }
}

function buildProgram(host: CliHost, done: (code: number) => void): Command {
  const program = new Command("shin")
    .description(
      "An LLM gateway: virtual keys, budgets and limits that hold, and a ledger that loses nothing.",
    )
    .version(host.version, "-V, --version", "print the version")
    .configureOutput({ writeOut: host.out, writeErr: host.err })
    .showHelpAfterError("(shin --help lists the commands)")
    .exitOverride();

  const start = addStartOptions(
    program.command("start").description("start the gateway (as npm start does)"),
  );
  start.action(async () => done(await host.start(toArguments(readStartOptions(start)))));

  const config = program.command("config").description("look at the configuration without starting");
  config
    .command("check")
    .argument("<file>", "configuration file, such as config.yaml")
    .option("--json", "print the faults as JSON", false)
    .description("check a configuration file; exit code 78 when it has errors")
    .action(async (file: string, { json }: { json: boolean }) => {
      // Loaded here: the other commands need neither YAML nor the schema.
      const { runConfigCheck } = await import("./config.ts");
      done(runConfigCheck(file, json, host));
    });

  const database = program.command("db").description("reach the database");
  const target = ({ data }: { data?: string }): DatabaseTarget => ({
    databaseUrl: host.env.DATABASE_URL || null,
    dataDir: data ?? (host.env.SHIN_DATA_DIR || "./.data"),
  });
  database
    .command("url")
    .description("print the URL of the database, for psql and other libpq programs")
    .option("-d, --data <folder>", "data folder (SHIN_DATA_DIR, default ./.data)")
    .option("--show", "print the password of DATABASE_URL as well", false)
    .action(async (options: { data?: string; show: boolean }) =>
      host.out(`${await showUrl(target(options), options.show)}\n`),
    );
  database
    .command("shell")
    .description("open psql on the database")
    .option("-d, --data <folder>", "data folder (SHIN_DATA_DIR, default ./.data)")
    .action(async (options: { data?: string }) => done(await openShell(target(options), host)));

  program
    .command("setup-link")
    .option("-d, --data <folder>", "data folder (SHIN_DATA_DIR, default ./.data)")
    .option("-u, --url <address>", "where the console is reached (NEXTAUTH_URL, else this machine)")
    .description("print a new one-use link that makes an admin of the console")
    .action(async (options: { data?: string; url?: string }) => {
      // Loaded here: the other commands need no database.
      const { newSetUpLink } = await import("./setup-link.ts");
      const local = `http://127.0.0.1:${host.env.PORT || "4000"}`;
      const origin = (options.url ?? (host.env.NEXTAUTH_URL || local)).replace(/\/$/, "");
      host.out(`${await newSetUpLink(target(options), origin, host.now().getTime())}\n`);
    });

  program
    .command("workers")
    .option("-d, --data <folder>", "data folder (SHIN_DATA_DIR, default ./.data)")
    .option("--json", "print the list as JSON", false)
    .description("list the processes that serve (SHIN_WORKERS above 1)")
    .action(async (options: { data?: string; json: boolean }) =>
      host.out(`${await showWorkers(target(options).dataDir, options.json)}\n`),
    );

  program
    .command("demo-data")
    .description("the made-up traffic of npm start -- --demo-data")
    .command("remove")
    .option("-d, --data <folder>", "data folder (SHIN_DATA_DIR, default ./.data)")
    .description("take it out again, with its keys, people and teams")
    .action(async (options: { data?: string }) => {
      // Loaded here: the other commands need no database.
      const { removeDemo } = await import("./demo-data.ts");
      const removed = await removeDemo(target(options), host.now().getTime());
      host.out(removed ? "The made-up data is gone.\n" : "There is no made-up data.\n");
    });

  addAuditCommands(program, host, target, done);
  addComplianceCommands(program, host, done);
  addPrivacyCommands(program, host, done);
  addContentCommands(program, host, done);
  addBackupCommands(program, host, done);
  addJobCommands(program, host, target, done);
  addIncidentCommands(program, host, target, done);

  program
    .command("doctor")
    .option("-c, --config <file>", "configuration file (SHIN_CONFIG, default ./config.yaml if present)")
    .option("-d, --data <folder>", "data folder (SHIN_DATA_DIR, default ./.data)")
    .option("--json", "print what was found as JSON", false)
    .description("examine this machine and what the gateway leans on; exit code 3 when something was found")
    .action(async (options: { config?: string; data?: string; json: boolean }) => {
      // Loaded here: the other commands need neither the database's nor the store's client.
      const { runDoctor } = await import("./doctor.ts");
      done(await runDoctor(options, host));
    });

  const keys = program.command("keys").description("secrets of the gateway itself");
  keys
    .command("master")
    .description("make a master key: shin keys master --generate >> .env")
    .requiredOption("--generate", "print a new master key as a line for .env")
    .action(() => host.out(`LITELLM_MASTER_KEY=${makeMasterKey()}\n`));

  return program;
}
