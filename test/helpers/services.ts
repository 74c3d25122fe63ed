/**
 * Which real services this machine has (Debian's packages). A test that needs one is skipped without it, by
 * `describe.skipIf(services.redis === null)`; with REQUIRE_SERVICES=1 the run fails instead.
 */
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
} as const;

export type ServiceName = keyof typeof services;

/** Names of the services that are not installed. */
export const absentServices: readonly string[] = Object.entries(services).flatMap(([name, path]) =>
  path === null ? [name] : [],
);
