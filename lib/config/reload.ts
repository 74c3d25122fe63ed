/** What a freshly read configuration means for the one that runs: nothing, a change, or a refusal. */
import { isDeepStrictEqual } from "node:util";
import type { Config } from "./config.ts";
import { freeze } from "./freeze.ts";
import type { LoadResult } from "./load.ts";
import { countProblems, type Problem, renderProblems } from "./problems.ts";

/** Members that only a restart can change -> how people know them. */
export const RESTART_ONLY = {
  host: "HOST",
  port: "PORT",
  workers: "SHIN_WORKERS",
  dataDir: "SHIN_DATA_DIR",
  databaseUrl: "database_url",
  embeddedDatabaseDir: "database_url",
  databasePoolSize: "database_connection_pool_limit",
  encryptionKey: "SHIN_ENCRYPTION_KEY",
  auditKey: "SHIN_AUDIT_KEY",
  console: "the console's variables (NEXTAUTH_*, SHIN_ADMIN_*, SHIN_OIDC_*)",
  sharedStore: "REDIS_URL or UPSTASH_REDIS_REST_URL",
  jsonLogs: "json_logs",
  logFile: "log_file",
} as const satisfies Partial<Record<keyof Config, string>>;

/** Where things were read: no change of behaviour. */
const PLACES = ["file", "files", "settingPlaces"];

export type Reload =
  | { readonly kind: "unchanged" }
  | {
      readonly kind: "changed";
      /** The new configuration; members that need a restart still have the running values. */
      readonly config: Config;
      /** Members of `Config` that take effect now. */
      readonly changed: readonly string[];
      /** Settings that wait for a restart, as people know them. */
      readonly needRestart: readonly string[];
      /** Rendered warnings, "" without any. */
      readonly warnings: string;
    }
  | { readonly kind: "refused"; readonly rendered: string; readonly problems: readonly Problem[] };

/** Compares a loaded configuration with the running one. */
export function compareReload(running: Config, loaded: LoadResult): Reload {
  const { config, problems } = loaded;
  const rendered = renderProblems(problems, { checkFile: loaded.shownFile });
  if (config === null) return { kind: "refused", rendered, problems };
  if (config.file === null && running.file !== null) {
    // Defaults would be a valid configuration, and a very open one: a lost file must not become that.
    const gone = { severity: "error", file: running.file, line: null, column: null, excerpt: [] } as const;
    const lost: Problem[] = [{ ...gone, message: "the file is gone" }];
    return { kind: "refused", rendered: renderProblems(lost), problems: lost };
  }
  const restart = new Map<string, string>(Object.entries(RESTART_ONLY));
  const different = memberNames(config).filter((name) => !isSame(name, running, config));
  const needRestart = [...new Set(different.flatMap((name) => restart.get(name) ?? []))];
  const changed = different.filter((name) => !restart.has(name));
  if (different.length === 0) return { kind: "unchanged" };
  const kept = Object.fromEntries([...restart.keys()].map((name) => [name, Reflect.get(running, name)]));
  const warnings = countProblems(problems).warnings > 0 ? rendered : "";
  return { kind: "changed", config: freeze({ ...config, ...kept }), changed, needRestart, warnings };
}

function memberNames(config: Config): readonly (keyof Config)[] {
  const isMember = (name: string): name is keyof Config =>
    Object.hasOwn(config, name) && !PLACES.includes(name);
  return Object.keys(config).filter(isMember);
}

// A new comment moves lines; deployments that only moved are the same.
function isSame(name: keyof Config, running: Config, config: Config): boolean {
  if (name !== "deployments") return isDeepStrictEqual(running[name], config[name]);
  const unplaced = ({ deployments }: Config) =>
    deployments.map((deployment) => ({ ...deployment, source: "", unusable: deployment.unusable !== null }));
  return isDeepStrictEqual(unplaced(running), unplaced(config));
}
