/** The self-hosted server: boots the gateway, listens, says so, and stops without losing a call. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { parseStartOptions } from "#lib/cli/start-options.ts";
import { shareRuntime } from "#lib/next/runtime.ts";
import { renderBanner, renderStartFailure } from "#lib/node/banner.ts";
import { bannerFacts } from "#lib/node/banner-facts.ts";
import { type Booted, boot } from "#lib/node/boot.ts";
import { openConsole } from "#lib/node/console.ts";
import { stopOnSignal } from "#lib/node/drain.ts";
import { createShinServer } from "#lib/node/server.ts";
import { explainStartFailure } from "#lib/node/start-failure.ts";
import { VERSION } from "#lib/version.ts";

const start = readArguments();
const look = { tty: process.stdout.isTTY === true, color: !process.env["NO_COLOR"], json: start.json };

let booted: Booted | null = null;
try {
  booted = await boot({
    version: VERSION,
    terminal: look,
    file: start.config,
    dataDir: start.data,
    overrides: overrides(),
  });
  await listen(booted);
} catch (error) {
  await booted?.close();
  const place = { host: booted?.config.host ?? "", port: booted?.config.port ?? 0 };
  const failure = await explainStartFailure(error, place);
  if (!failure) throw error;
  process.stderr.write(renderStartFailure(failure, { ...look, debug: start.debug }));
  process.exit(failure.exitCode);
}

async function listen(running: Booted): Promise<void> {
  const { config, runtime } = running;
  shareRuntime(runtime);
  const server = createShinServer({
    gateway: runtime.gateway,
    console: openConsole({
      dir: import.meta.dirname,
      dev: start.dev,
      log: running.log.log,
      loadNext: () => import("next"),
    }),
  });
  server.listen(config.port, config.host);
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  process.stdout.write(renderBanner(bannerFacts(running, VERSION, address), look));
  stopOnSignal({ server, running, log: running.log.log });
}

/** What the command line says, in the environment's words. */
function overrides(): Record<string, string> {
  return {
    ...(start.port === null ? {} : { PORT: String(start.port) }),
    ...(start.host === null ? {} : { HOST: start.host }),
    ...(start.production ? { NODE_ENV: "production" } : {}),
  };
}

function readArguments() {
  try {
    return parseStartOptions(process.argv.slice(2));
  } catch (error) {
    // Commander has printed its sentence already.
    process.exit(error instanceof Error && "exitCode" in error && error.exitCode === 0 ? 0 : 2);
  }
}
