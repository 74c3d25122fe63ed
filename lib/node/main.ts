/** The self-hosted gateway as a process: boots, listens, says so, and stops without losing a call. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { parseStartOptions, type StartOptions } from "#lib/cli/start-options.ts";
import { shareRuntime } from "#lib/next/runtime.ts";
import { type RenderOptions, renderBanner, renderStartFailure } from "#lib/node/banner.ts";
import { bannerFacts } from "#lib/node/banner-facts.ts";
import { type Booted, boot } from "#lib/node/boot.ts";
import { type ConsoleOptions, openConsole } from "#lib/node/console.ts";
import { stopOnSignal } from "#lib/node/drain.ts";
import { createShinServer } from "#lib/node/server.ts";
import { explainStartFailure } from "#lib/node/start-failure.ts";
import { VERSION } from "#lib/version.ts";

export interface MainOptions {
  /** Where `app/` and `.next/` are. */
  readonly dir: string;
  /** Command line without node and script. */
  readonly argv: readonly string[];
  /** False when the environment asks for no colours. */
  readonly color: boolean;
  readonly loadNext: ConsoleOptions["loadNext"];
}

/** Starts the gateway; returns when it listens. Ends the process when it cannot start. */
export async function main(options: MainOptions): Promise<void> {
  const start = readArguments(options.argv);
  const look = { tty: process.stdout.isTTY === true, color: options.color, json: start.json };
  let booted: Booted | null = null;
  try {
    booted = await boot({
      version: VERSION,
      terminal: look,
      file: start.config,
      dataDir: start.data,
      overrides: overrides(start),
    });
    await listen(booted, start, look, options);
  } catch (error) {
    await booted?.close();
    const place = { host: booted?.config.host ?? "", port: booted?.config.port ?? 0 };
    const failure = await explainStartFailure(error, place);
    if (!failure) throw error;
    process.stderr.write(renderStartFailure(failure, { ...look, debug: start.debug }));
    process.exit(failure.exitCode);
  }
}

async function listen(
  running: Booted,
  start: StartOptions,
  look: RenderOptions,
  { dir, loadNext }: MainOptions,
): Promise<void> {
  const { config, runtime } = running;
  shareRuntime(runtime);
  const server = createShinServer({
    gateway: runtime.gateway,
    console: openConsole({
      dir,
      dev: start.dev,
      log: running.log.log,
      loadNext,
    }),
  });
  server.listen(config.port, config.host);
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  // Before the banner: who reads it may stop the gateway at once.
  stopOnSignal({ server, running, log: running.log.log });
  process.stdout.write(renderBanner(bannerFacts(running, VERSION, address), look));
}

/** What the command line says, in the environment's words. */
function overrides(start: StartOptions): Record<string, string> {
  return {
    ...(start.port === null ? {} : { PORT: String(start.port) }),
    ...(start.host === null ? {} : { HOST: start.host }),
    ...(start.production ? { NODE_ENV: "production" } : {}),
  };
}

function readArguments(argv: readonly string[]): StartOptions {
  try {
    return parseStartOptions(argv);
  } catch (error) {
    // Commander has printed its sentence already.
    process.exit(error instanceof Error && "exitCode" in error && error.exitCode === 0 ? 0 : 2);
  }
}
