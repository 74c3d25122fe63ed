/** The commands and options of `shin incident`. */
import type { Command } from "commander";
import type { DatabaseTarget } from "./database.ts";
import type { CliHost } from "./main.ts";

export interface IncidentOptions {
  readonly data?: string;
  readonly url?: string;
  readonly offline: boolean;
  readonly json: boolean;
}

/** @param target which database the options mean. @param done takes the exit code */
export function addIncidentCommands(
  program: Command,
  host: CliHost,
  target: (options: { data?: string }) => DatabaseTarget,
  done: (code: number) => void,
): void {
  const incident = program
    .command("incident")
    .description("stop calls in an emergency, and let them on again (docs/incident.md)");
  const common = (command: Command) =>
    command
      .option("-u, --url <address>", "the gateway (default: this machine's, at PORT)")
      .option("--offline", "write into the database, for when the gateway does not answer", false)
      .option("-d, --data <folder>", "data folder (SHIN_DATA_DIR, default ./.data)")
      .option("--json", "print the answer as JSON", false);

  common(incident.command("freeze"))
    .argument("<scope>", "key, team, user, ip, created_since, all or master_key")
    .argument("[id]", "which: a key (secret, hash or id), a team, a user, an address or CIDR, an instant")
    .requiredOption("-r, --reason <text>", "why; stands in the audit log")
    .option("--show-reason", "tell the reason to refused callers", false)
    .description("deny the calls of a scope; in force on every instance within a second")
    .action(async (kind: string, id: string | undefined, options) => {
      // Loaded here, as below: the other commands need none of it.
      const { runFreeze } = await import("./incident.ts");
      const body = {
        scope: { kind, id: id ?? null },
        reason: options.reason,
        show_reason: options.showReason,
      };
      done(await runFreeze(body, options, target(options), host));
    });
  common(incident.command("unfreeze"))
    .argument("[freeze]", "the freeze's id, or the incident's")
    .option("--all", "lift every freeze", false)
    .requiredOption("-r, --reason <text>", "why; stands in the audit log")
    .description("let calls on again")
    .action(async (id: string | undefined, options) => {
      const { runUnfreeze } = await import("./incident.ts");
      const named = options.all
        ? { all: true }
        : id?.startsWith("inc_")
          ? { incident_id: id }
          : { freeze_id: id ?? null };
      done(await runUnfreeze({ ...named, reason: options.reason }, options, target(options), host));
    });
  common(incident.command("status"))
    .description("what is frozen now; exit code 3 when something is")
    .action(async (options) => {
      const { runStatus } = await import("./incident.ts");
      done(await runStatus(options, target(options), host));
    });
  common(incident.command("list"))
    .description("incidents, open ones first")
    .action(async (options) => {
      const { runList } = await import("./incident.ts");
      done(await runList(options, target(options), host));
    });
  incident
    .command("verify")
    .argument("<file>", "an evidence archive")
    .option("-k, --key <id>", "the key to trust, as GET /audit/key shows it")
    .option("--json", "print the verdict as JSON", false)
    .description(
      "verify an incident's evidence, without gateway or database; exit code 3 when it is not whole",
    )
    .action(async (file: string, options: { key?: string; json: boolean }) => {
      const { runVerify } = await import("./incident.ts");
      done(await runVerify(file, options, host));
    });
}
