/**
 * Two hosts on one wire: network namespaces of the test's own, joined by a veth pair. What is done to rules in the first
 * is seen by nobody else, and all of it ends with the processes that hold the namespaces.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { SYSTEM_PATH, services } from "#test/helpers/services.ts";

/** What the client's addresses are: any in these networks. */
export const SERVER = { v4: "10.77.0.1", v6: "fd77::1" } as const;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
}

export interface Attempt {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

export interface TwoHosts {
  /** Runs a program on the server. */
  server(command: readonly string[]): Ran;
  /** Listens on the server on these ports, on every address, until the hosts are closed. */
  listen(ports: readonly number[]): Promise<void>;
  /**
   * Tries every connection at once and tells which opened. Packets of one host stay in order, so once all of `sure` are
   * open, what was sent before them and did not arrive was refused: no waiting for silence.
   */
  connect(
    attempts: readonly Attempt[],
    sure: readonly Attempt[],
    host?: "client" | "server",
  ): Promise<readonly string[]>;
  close(): void;
}

/** How an attempt is written in answers. */
export const named = ({ from, port, to }: Attempt): string => `${from} -> ${to}:${port}`;

/** @param addresses the client's: v4 in 10.77.0.0/24, v6 in fd77::/64 */
export async function twoHosts(addresses: readonly string[]): Promise<TwoHosts> {
  const held: ChildProcess[] = [];
  const hold = async (): Promise<number> => {
    const child = spawn(
      "unshare",
      ["--net", "--mount", "sh", "-c", "ip link set lo up && echo up && exec sleep 600"],
      { stdio: ["ignore", "pipe", "inherit"], env: { NODE_ENV: "test", PATH: SYSTEM_PATH } },
    );
    held.push(child);
    await once(child.stdout, "data");
    if (child.pid === undefined) throw new Error("unshare did not start");
    return child.pid;
  };
  const [server, client] = [await hold(), await hold()];
  const inside = (pid: number) => ["--target", String(pid), "--net", "--mount", "--wd=.", "--"];
  const run = (pid: number, command: readonly string[]): Ran => {
    const { error, status, stderr, stdout } = spawnSync("nsenter", [...inside(pid), ...command], {
      encoding: "utf8",
      env: { NODE_ENV: "test", PATH: SYSTEM_PATH },
    });
    if (error !== undefined) throw error;
    return { code: status, out: `${stdout}${stderr}` };
  };
  const must = (pid: number, line: string) => {
    const { code, out } = run(pid, ["sh", "-c", line]);
    if (code !== 0) throw new Error(`${line}: ${out}`);
  };
  const ip = services.iproute2 ?? "ip";
  must(server, `${ip} link add gw0 type veth peer name peer0 netns ${client}`);
  must(server, `${ip} addr add ${SERVER.v4}/24 dev gw0 && ${ip} addr add ${SERVER.v6}/64 dev gw0 nodad`);
  for (const address of addresses)
    must(client, `${ip} addr add ${address}${address.includes(":") ? "/64" : "/24"} dev peer0 nodad`);
  must(server, `${ip} link set gw0 up`);
  must(client, `${ip} link set peer0 up`);
  // ufw keeps its rules in files: these are copies that the namespace alone sees.
  if (services.ufw !== null)
    must(
      server,
      `mount -t tmpfs shin /run && cp -a /etc/ufw /run/ufw.d && cp -a /etc/default /run/default.d &&
       mount --bind /run/ufw.d /etc/ufw && mount --bind /run/default.d /etc/default`,
    );
  const node = (pid: number, program: string, input: unknown) => {
    const child = spawn("nsenter", [...inside(pid), process.execPath, "-e", program, JSON.stringify(input)], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { NODE_ENV: "test", PATH: SYSTEM_PATH },
    });
    held.push(child);
    return child;
  };
  return {
    server: (command) => run(server, command),
    listen: async (ports) => {
      await once(node(server, LISTENER, ports).stdout, "data");
    },
    connect: async (attempts, sure, host = "client") => {
      const child = node(host === "client" ? client : server, CLIENT, {
        attempts: [...attempts, ...sure],
        sure: sure.map(named),
      });
      let out = "";
      child.stdout.on("data", (piece: Buffer) => {
        out += piece.toString();
      });
      await once(child, "close");
      const opened: readonly string[] = JSON.parse(out);
      return opened;
    },
    close: () => {
      for (const child of held) child.kill("SIGKILL");
    },
  };
}

const LISTENER = `
const { createServer } = require("node:net");
const ports = JSON.parse(process.argv[1]);
let open = 0;
for (const port of ports)
  createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(port, "::", () => {
    open += 1;
    if (open === ports.length) console.log("listening");
  });`;

const CLIENT = `
const { connect } = require("node:net");
const { attempts, sure } = JSON.parse(process.argv[1]);
const opened = new Set();
const end = () => { console.log(JSON.stringify([...opened].sort())); process.exit(); };
setTimeout(end, 10000);
for (const { from, port, to } of attempts)
  connect({ host: to, port, localAddress: from }, () => {
    opened.add(from + " -> " + to + ":" + port);
    // One more turn for what was answered in the same moment.
    if (sure.every((name) => opened.has(name))) setTimeout(end, 100);
  }).on("error", () => {});`;
