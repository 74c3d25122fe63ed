/** A real Redis as an operator would run it for limits: over TCP on loopback, and without persistence. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort, waitUntilReady } from "./readiness.ts";
import type { Stage } from "./stage.ts";

const READY_TIMEOUT_MS = 10_000;

/** Starts Debian's redis-server in the stage's folder and gives its URL. */
export async function startRedis(stage: Stage): Promise<string> {
  const folder = join(stage.folder, "redis");
  mkdirSync(folder);
  const port = await freePort();
  const flags = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    folder,
    "--save",
    "",
    "--appendonly",
    "no",
  ];
  const started = stage.start({ label: "redis-server", command: "redis-server", args: flags });
  await waitUntilReady(
    started,
    async () => started.output().includes("Ready to accept connections"),
    READY_TIMEOUT_MS,
  );
  return `redis://127.0.0.1:${port}`;
}
