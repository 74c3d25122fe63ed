/** The options of `npm start`, `shin start` and `server.ts`: stated once, so that all three know the same. */
import { Command, InvalidArgumentError, Option } from "commander";

/** What the command line asked for; null where it said nothing and the environment or config.yaml decides. */
export interface StartOptions {
  readonly port: number | null;
  readonly host: string | null;
  /** Data folder. */
  readonly data: string | null;
  /** Configuration file. */
  readonly config: string | null;
  /** Banner and start failures as one JSON line. */
  readonly json: boolean;
  /** Start failures with their stack. */
  readonly debug: boolean;
  readonly production: boolean;
  /** Made-up traffic for an empty gateway. */
  readonly demoData: boolean;
  /** Next in development mode (`npm run dev`). */
  readonly dev: boolean;
}

/** Adds the options to a command. */
export function addStartOptions(command: Command): Command {
  return command
    .option("-p, --port <number>", "port to listen on (PORT, default 4000; 0 takes a free one)", parsePort)
    .option("--host <address>", "address to listen on (HOST, default 127.0.0.1: this machine only)")
    .option("-d, --data <folder>", "data folder: database, secrets, journal (SHIN_DATA_DIR, default ./.data)")
    .option("-c, --config <file>", "configuration file (SHIN_CONFIG, default ./config.yaml if there is one)")
    .option("--json", "print the banner, or the reason for not starting, as one line of JSON", false)
    .option("--debug", "show where a start failure comes from", false)
    .option(
      "--production",
      "refuse what is only fit for trying out: weak or generated secrets, demo models",
      false,
    )
    .option("--demo-data", "thirty days of made-up traffic to look at, in an empty gateway alone", false)
    .addOption(new Option("--dev", "Next in development mode").default(false).hideHelp());
}

/** Reads the arguments of server.ts (without node and script). Throws commander's error, exit code 2, on a wrong one. */
export function parseStartOptions(argv: readonly string[]): StartOptions {
  const command = addStartOptions(new Command("shin start")).exitOverride();
  command.parse([...argv], { from: "user" });
  return readStartOptions(command);
}

/** The options of a parsed command. */
export function readStartOptions(command: Command): StartOptions {
  const given = command.opts<Partial<StartOptions>>();
  return {
    port: given.port ?? null,
    host: given.host ?? null,
    data: given.data ?? null,
    config: given.config ?? null,
    json: given.json ?? false,
    debug: given.debug ?? false,
    production: given.production ?? false,
    demoData: given.demoData ?? false,
    dev: given.dev ?? false,
  };
}

/** The arguments that say the same, for handing on. */
export function toArguments(options: StartOptions): readonly string[] {
  const args: string[] = [];
  for (const name of ["port", "host", "data", "config"] as const) {
    const value = options[name];
    if (value !== null) args.push(`--${name}`, String(value));
  }
  for (const name of ["json", "debug", "production", "dev"] as const)
    if (options[name]) args.push(`--${name}`);
  if (options.demoData) args.push("--demo-data");
  return args;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
  return port;
}
