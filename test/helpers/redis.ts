/** A real redis-server on a free port of the loopback, in a temporary folder, ended with the test file. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { createClient } from "redis";
import { services } from "./services.ts";
import { makeTemporaryFolder } from "./temporary.ts";

/** A client that answers in the plain types of RESP 2. */
export function plainClient(url: string) {
  return createClient({ url, RESP: 2 });
}

export type PlainClient = ReturnType<typeof plainClient>;

export interface TestRedis {
  readonly port: number;
  readonly url: string;
  /** A connection of the test's own. */
  readonly client: PlainClient;
  /** Stops the process without ending it (SIGSTOP), and lets it go on. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

export interface TestRedisOptions {
  /** A cluster of this one node: commands whose keys lie on different shards are refused. */
  readonly cluster?: boolean;
  /** For a server that comes back where one was. */
  readonly port?: number;
}

/** @throws when redis-server is not installed or does not start */
export async function startRedis({ cluster = false, port }: TestRedisOptions = {}): Promise<TestRedis> {
  if (services.redis === null) throw new Error("redis-server is not installed");
  const dir = await makeTemporaryFolder();
  const at = port ?? (await freePort());
  const flags = { port: at, bind: "127.0.0.1", dir, save: "", appendonly: "no" };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(services.redis, [...args, "--cluster-enabled", cluster ? "yes" : "no"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  // A test run that is killed takes the server with it.
  const end = () => void child.kill("SIGKILL");
  process.once("exit", end);
  const ended = once(child, "exit");
  await Promise.race([
    ready(child.stdout),
    ended.then(([code]) => Promise.reject(new Error(`redis-server ended with ${code}`))),
  ]);
  const url = `redis://127.0.0.1:${at}`;
  const client = plainClient(url);
  client.on("error", () => {
    // The server was stopped by the test; what the test asks of this client fails by itself.
  });
  await client.connect();
  if (cluster) await becomeCluster(client);
  return {
    port: at,
    url,
    client,
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    close: async () => {
      client.destroy();
      end();
      await ended;
      process.off("exit", end);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function becomeCluster(client: PlainClient): Promise<void> {
  await client.sendCommand(["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
  while (!String(await client.sendCommand(["CLUSTER", "INFO"])).includes("cluster_state:ok"))
    await new Promise(setImmediate);
}

async function ready(output: NodeJS.ReadableStream): Promise<void> {
  for await (const line of createInterface(output)) {
    // Reading on keeps the pipe from filling up.
    if (line.includes("Ready to accept connections")) return void output.resume();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}
