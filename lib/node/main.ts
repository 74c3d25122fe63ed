/** The self-hosted gateway as a process: boots, listens, says so, and stops without losing a call. */
import cluster from "node:cluster";
import { parseStartOptions, type StartOptions } from "#lib/cli/start-options.ts";
import { renderBanner, renderStartFailure } from "#lib/node/banner.ts";
import { bannerFacts, originOf } from "#lib/node/banner-facts.ts";
import { CONSOLE_ARGUMENT } from "#lib/node/console-messages.ts";
import { type Ground, openGround } from "#lib/node/ground.ts";
import type { LoadNext } from "#lib/node/next-handler.ts";
import { explainStartFailure } from "#lib/node/start-failure.ts";
import { VERSION } from "#lib/version.ts";

export interface MainOptions {
  /** Where `app/` and `.next/` are. */
  readonly dir: string;
  /** Command line without node and script. */
  readonly argv: readonly string[];
  /** False when the environment asks for no colours. */
  readonly color: boolean;
  readonly loadNext: LoadNext;
}

/** Starts the gateway, or the worker or console of one that this process is; returns when it serves. Ends the process when it cannot. */
export async function main(options: MainOptions): Promise<void> {
  const { dir, loadNext } = options;
  if (options.argv[0] === CONSOLE_ARGUMENT)
    return (await import("#lib/node/console-process.ts")).runConsole({ dir, loadNext });
  const start = readArguments(options.argv);
  const rest = { dir, loadNext, dev: start.dev };
  // Each process loads what it needs: one that only keeps workers has no use for the gateway itself.
  if (cluster.isWorker) return (await import("#lib/node/worker-process.ts")).runWorker(rest);
  const look = { tty: process.stdout.isTTY === true, color: options.color, json: start.json };
  let ground: Ground | null = null;
  try {
    ground = await openGround({
      terminal: look,
      file: start.config,
      dataDir: start.data,
      overrides: overrides(start),
    });
    const serving =
      ground.config.workers === 1
        ? await (await import("#lib/node/serve-alone.ts")).serveAlone(ground, rest)
        : await (await import("#lib/node/primary.ts")).runPrimary(ground);
    if (start.demoData) {
      const { startDemoData } = await import("#lib/node/demo-data.ts");
      await startDemoData(ground.database, ground.encryptionKey, ground.config, Date.now());
    }
    const { setUpLink } = await import("#lib/node/setup-link.ts");
    const link = await setUpLink(
      ground.database,
      ground.config.console,
      originOf(serving.address),
      Date.now(),
      ground.encryptionKey,
    );
    process.stdout.write(renderBanner(bannerFacts(ground, VERSION, serving, link), look));
  } catch (error) {
    await ground?.close();
    const place = { host: ground?.config.host ?? "", port: ground?.config.port ?? 0 };
    const failure = await explainStartFailure(error, place);
    if (!failure) throw error;
    process.stderr.write(renderStartFailure(failure, { ...look, debug: start.debug }));
    process.exit(failure.exitCode);
  }
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
