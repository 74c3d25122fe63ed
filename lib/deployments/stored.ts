/** Rows of stored deployments as the gateway runs them, beside those of config.yaml. Pure. */
import type { RunningRow } from "#db/queries/deployments.ts";
import { NOTHING_SAID } from "../config/blank-deployment.ts";
import type { Config, Deployment } from "../config/config.ts";
import { freeze } from "../config/freeze.ts";
import { type ReadingConfig, readStored, STORED } from "./reading.ts";
import { openCredentials } from "./seal.ts";

type LoadingConfig = ReadingConfig & Pick<Config, "encryptionKey">;

/** A configuration with the stored deployments beside its own. A usable one ends the demo, as in config.yaml. */
export function withStoredDeployments(config: Config, stored: readonly Deployment[]): Config {
  if (stored.length === 0) return config;
  const names = new Set(stored.map(({ modelGroup }) => modelGroup));
  const isReal = stored.some(({ unusable }) => unusable === null);
  const own = config.deployments.filter(
    ({ source, modelGroup }) => source !== "demo" || !(isReal || names.has(modelGroup)),
  );
  return freeze({ ...config, deployments: [...own, ...stored] });
}

/**
 * One row as the gateway runs it. One that cannot be used (it no longer validates, its credential does not open, its id
 * stands in config.yaml too) says why in `unusable`: the rest runs.
 */
export function deploymentOf(row: RunningRow, config: LoadingConfig): Deployment {
  const twin = config.deployments.find(({ id, source }) => id === row.id && source !== STORED);
  const opened = openCredentials(config.encryptionKey, row.id, row.sealed);
  const secret = opened.kind === "open" ? opened.secret : {};
  const { deployment, faults } = readStored({ ...row, params: { ...row.params, ...secret } }, config);
  const reasons = [
    ...(twin === undefined ? [] : [`its id stands in ${twin.source} too, and that one is used`]),
    ...(opened.kind === "closed" ? [opened.reason] : faults),
  ];
  const unusable = reasons.length > 0 ? reasons.join("; ") : null;
  if (deployment === null) return unreadable(row, unusable ?? "it cannot be read");
  return { ...deployment, unusable: unusable ?? deployment.unusable };
}

/** What is still known of a row that makes no deployment. */
function unreadable({ id, modelName, params, modelInfo }: RunningRow, unusable: string): Deployment {
  const model = typeof params["model"] === "string" ? params["model"] : "";
  const slash = model.indexOf("/");
  return {
    id,
    modelGroup: modelName,
    provider: slash < 0 ? "openai" : model.slice(0, slash),
    upstreamModel: model.slice(slash + 1),
    ...NOTHING_SAID,
    // Nobody calls it, and only those who manage models see it.
    allowedKeys: [],
    modelInfo,
    guarded: true,
    unusable,
    source: STORED,
  };
}
