/** The commands and options of `shin privacy`. */
import { type Command, InvalidArgumentError } from "commander";
import type { CliHost } from "./main.ts";
import type { PrivacyTarget } from "./privacy.ts";

interface GatewayOptions {
  readonly url?: string;
  readonly key?: string;
}

interface PersonOptions extends GatewayOptions {
  readonly subject: string;
  readonly kind?: string;
  readonly how: string;
}

const STEPS = ["approve", "locate", "run", "withdraw"];

/** @param done takes the exit code */
export function addPrivacyCommands(program: Command, host: CliHost, done: (code: number) => void): void {
  const privacy = program.command("privacy").description("what people ask about their data");
  const reaching = (command: Command) =>
    command
      .option("-u, --url <address>", "the gateway (default http://127.0.0.1:PORT)")
      .option("-k, --key <key>", "an admin's key (SHIN_API_KEY; else the master key of the environment)");
  const person = (command: Command) =>
    reaching(command)
      .requiredOption("-s, --subject <name>", "a user's id or whole e-mail address, or an end user's id")
      .option("--kind <kind>", "user or end_user; when absent a user of that name, else an end user", oneOf)
      .requiredOption("--how <words>", "how the person was identified");
  person(privacy.command("export"))
    .requiredOption("-o, --out <file>", "where the ZIP goes once it is approved")
    .description("take in an access request and lead it to its approval")
    .action(async (options: PersonOptions & { out: string }) => {
      // Loaded here, as below: the other commands need none of it.
      const { exportPerson } = await import("./privacy.ts");
      done(await exportPerson(targetOf(options, host), options, host));
    });
  person(privacy.command("erase"))
    .requiredOption("--yes", "an approved erasure cannot be undone")
    .description("take in an erasure and lead it to its approval")
    .action(async (options: PersonOptions) => {
      const { erasePerson } = await import("./privacy.ts");
      done(await erasePerson(targetOf(options, host), options, host));
    });
  reaching(privacy.command("fetch"))
    .argument("<request>", "an approved access request")
    .requiredOption("-o, --out <file>", "where to")
    .description("run it, wait for its end and write the ZIP")
    .action(async (id: string, options: GatewayOptions & { out: string }) => {
      const { fetchExport } = await import("./privacy.ts");
      await fetchExport(targetOf(options, host), id, options.out, host);
    });
  reaching(privacy.command("requests"))
    .argument(
      "[step]",
      `a step to take: ${STEPS.join(", ")}; without one the open requests are listed`,
      stepNamed,
    )
    .argument("[request]", "of which request")
    .option("--json", "print the list as JSON", false)
    .description("list open requests, or take a step of one")
    .action(
      async (
        step: string | undefined,
        id: string | undefined,
        options: GatewayOptions & { json: boolean },
      ) => {
        const { listOpen, runToEnd, takeStep } = await import("./privacy.ts");
        const target = targetOf(options, host);
        if (step === undefined) await listOpen(target, options.json, host);
        else if (id === undefined) throw new InvalidArgumentError("name the request");
        else if (step === "run") {
          const row = await runToEnd(target, id, host);
          host.out(`${JSON.stringify(row["certificate"] ?? { outcome: row["outcome"] }, null, 2)}\n`);
        } else await takeStep(target, id, step, host);
      },
    );
  privacy
    .command("verify")
    .argument("<file>", "a certificate, or manifest.json of an export")
    .option("-k, --key <id>", "the key that must have signed it, as GET /audit/key shows it")
    .option("--json", "print the verdict as JSON", false)
    .description("check it, without a gateway; exit code 3 when it is not genuine")
    .action(async (file: string, { json, key }: { json: boolean; key?: string }) => {
      const { verifyFile } = await import("./privacy.ts");
      done(await verifyFile(file, key ?? null, json, host));
    });
}

/** @throws without a key */
export function targetOf({ key, url }: GatewayOptions, { env }: CliHost): PrivacyTarget {
  const found = key ?? (env.SHIN_API_KEY || env.LITELLM_MASTER_KEY || env.SHIN_MASTER_KEY);
  if (!found) throw new Error("no key: pass --key, or set SHIN_API_KEY");
  return { key: found, url: url ?? `http://127.0.0.1:${env.PORT || "4000"}` };
}

function oneOf(value: string): string {
  if (value !== "user" && value !== "end_user") throw new InvalidArgumentError("user or end_user");
  return value;
}

function stepNamed(value: string): string {
  if (!STEPS.includes(value)) throw new InvalidArgumentError(STEPS.join(", "));
  return value;
}
