/** The commands and options of `shin content`. */
import type { Command } from "commander";
import type { CliHost } from "./main.ts";
import { targetOf } from "./privacy-commands.ts";

interface GatewayOptions {
  readonly url?: string;
  readonly key?: string;
}

/** @param done takes the exit code */
export function addContentCommands(program: Command, host: CliHost, done: (code: number) => void): void {
  const content = program.command("content").description("what was said in calls, where it is kept");
  const reaching = (command: Command) =>
    command
      .option("-u, --url <address>", "the gateway (default http://127.0.0.1:PORT)")
      .option("-k, --key <key>", "an admin's key (SHIN_API_KEY; else the master key of the environment)")
      .option("--json", "print JSON", false);
  reaching(content.command("show"))
    .argument("<request>", "the call's request id, req_…")
    .option("-r, --reason <words>", "why, in 10 characters or more: opens it for 15 minutes, on record")
    .description(
      "read a prompt and its answer by break-glass; exit code 3 while a second person has to approve",
    )
    .action(async (id: string, options: GatewayOptions & { json: boolean; reason?: string }) => {
      // Loaded here: the other commands need none of it.
      const { showContent } = await import("./content.ts");
      done(await showContent(targetOf(options, host), id, options.reason ?? null, options.json, host));
    });
  reaching(content.command("approve"))
    .argument("<request>", "the call's request id")
    .argument("<unlock>", "what waits, ulk_…")
    .description("approve, as a second person, that somebody reads it")
    .action(async (id: string, unlock: string, options: GatewayOptions & { json: boolean }) => {
      const { approveContent } = await import("./content.ts");
      await approveContent(targetOf(options, host), id, unlock, options.json, host);
    });
  reaching(content.command("status"))
    .argument("[request]", "one call; without it all that was opened")
    .description("whether anything is kept, for how long, and who opened what and why")
    .action(async (id: string | undefined, options: GatewayOptions & { json: boolean }) => {
      const { contentStatus } = await import("./content.ts");
      await contentStatus(targetOf(options, host), id ?? null, options.json, host);
    });
}
