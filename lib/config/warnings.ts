/** Settings that are valid and probably not what was meant. */
import type { Parts } from "./assemble.ts";
import type { Deployment } from "./config.ts";
import { entryOf, isNothing } from "./tree.ts";

/** An allowlist that is empty, forwarded addresses that nobody may forward. */
export function warnAboutAddresses({ settings, places, layers, report }: Parts): void {
  if (settings.useForwardedFor === true && settings.trustedProxies.length === 0) {
    report.warning(
      places.get("useForwardedFor") ?? null,
      "use_x_forwarded_for has no effect without trusted_proxies: anybody could write that header",
    );
  }
  for (const layer of layers) {
    const general = layer.get("general_settings");
    const entry = general === undefined ? null : entryOf(general, "allowed_ips");
    // Somebody who commented out the last address may believe that nobody gets in.
    if (entry !== null && isNothing(entry.value))
      report.warning(
        entry.place,
        "allowed_ips is empty: everybody may call — write [] to let nobody in, or remove the line",
      );
  }
  if (settings.allowedIps?.length === 0)
    report.warning(places.get("allowedIps") ?? null, "allowed_ips is []: nobody may call");
}

/** Aliases that lead nowhere. */
export function warnAboutAliases(
  { settings, places, report }: Parts,
  deployments: readonly Deployment[],
): void {
  const groups = new Set(deployments.map((deployment) => deployment.modelGroup));
  for (const [name, group] of Object.entries(settings.modelGroupAlias)) {
    if (!groups.has(group))
      report.warning(
        places.get("modelGroupAlias") ?? null,
        `model_group_alias: "${name}" leads to "${group}", which model_list does not have`,
      );
  }
}
