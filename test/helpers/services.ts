/**
 * Which real services this machine has (Debian's packages). A test that needs one is skipped without it, by
 * `describe.skipIf(services.redis === null)`; with REQUIRE_SERVICES=1 the run fails instead.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

function find(name: string): string | null {
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    "/usr/local/bin",
    "/usr/bin",
    "/usr/local/sbin",
    "/usr/sbin",
  ];
  const folder = folders.find((path) => path !== "" && existsSync(join(path, name)));
  return folder === undefined ? null : join(folder, name);
}

/** Folder of the newest Debian Postgres programs. */
function findPostgres(): string | null {
  const base = "/usr/lib/postgresql";
  if (!existsSync(base)) return null;
  const versions = readdirSync(base).filter((name) => existsSync(join(base, name, "bin", "initdb")));
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join(base, newest, "bin");
}

/** Path of each service's program (for postgres: of its folder), null when it is not installed. */
export const services = {
  postgres: findPostgres(),
  redis: find("redis-server"),
  nginx: find("nginx"),
  chromium: find("chromium"),
  wrk: find("wrk"),
  nftables: find("nft"),
  iptables: find("iptables"),
  iproute2: find("ip"),
  ufw: find("ufw"),
} as const;

export type ServiceName = keyof typeof services;

/** Names of the services that are not installed. */
export const absentServices: readonly string[] = Object.entries(services).flatMap(([name, path]) =>
  path === null ? [name] : [],
);

let namespaces: boolean | null = null;

/** Whether this user and this kernel allow network namespaces with rules of their own; asked once. */
export function networkNamespaces(): boolean {
  namespaces ??=
    spawnSync("unshare", ["--net", "--mount", "sh", "-c", NAMESPACE_TRIAL], {
      env: { NODE_ENV: "test", PATH: SYSTEM_PATH },
    }).status === 0;
  return namespaces;
}

/** Where Debian keeps programs of the system, which an ordinary user's PATH leaves out. */
export const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const NAMESPACE_TRIAL =
  "ip link add trial0 type veth peer name trial1 && nft add table inet trial && iptables -w -S >/dev/null && mount -t tmpfs trial /mnt";
