/**
 * Portkey's open-source gateway, the comparison of the same kind: it forwards to the same upstream and checks nothing.
 * It lives in this folder's own package and is installed from its lockfile on first use.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { answersOk, freePort, waitUntilReady } from "./readiness.ts";
import type { Stage } from "./stage.ts";
import type { Target } from "./target.ts";

const FOLDER = import.meta.dirname;
const ENTRY = join(FOLDER, "node_modules/@portkey-ai/gateway/build/start-server.js");
const READY_TIMEOUT_MS = 15_000;

/** Starts Portkey's gateway in front of `upstream`. */
export async function startPortkey(stage: Stage, upstream: Target): Promise<Target> {
  await installOnce(stage);
  const port = await freePort();
  const started = stage.start({
    label: "portkey",
    command: process.execPath,
    args: [ENTRY, `--port=${port}`, "--headless"],
    folder: FOLDER,
  });
  const origin = `http://127.0.0.1:${port}`;
  await waitUntilReady(started, () => answersOk(origin), READY_TIMEOUT_MS);
  return {
    name: "portkey",
    origin,
    headers: {
      Authorization: "Bearer sk-upstream",
      "x-portkey-provider": "openai",
      "x-portkey-custom-host": `${upstream.origin}/v1`,
    },
    pid: started.pid,
  };
}

async function installOnce(stage: Stage): Promise<void> {
  if (existsSync(ENTRY)) return;
  console.log("Installing Portkey's gateway from bench/package-lock.json ...");
  await stage.run({
    label: "npm ci in bench/",
    command: "npm",
    args: ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
    folder: FOLDER,
    inheritEnvironment: true,
  });
}
