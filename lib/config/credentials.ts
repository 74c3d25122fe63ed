/** `credential_list`: credentials that entries of `model_list` share by name. */
import type { LoadedFile } from "./files.ts";
import type { Reporter } from "./problems.ts";
import { didYouMean } from "./suggest.ts";
import { entryOf, isNothing, type MapNode, show } from "./tree.ts";

/** Name -> values; the first file that names one wins, as with settings. */
export function readCredentials(
  files: readonly LoadedFile[],
  report: Reporter,
): ReadonlyMap<string, MapNode> {
  const credentials = new Map<string, MapNode>();
  for (const file of files) {
    const list = entryOf(file.root, "credential_list");
    if (list === null || isNothing(list.value)) continue;
    if (list.value.kind !== "list") {
      report.error(list.value.place, `credential_list must be a list, not ${show(list.value)}`);
      continue;
    }
    for (const item of list.value.items) {
      if (item.kind !== "map") {
        report.error(
          item.place,
          `credential_list: ${show(item)} is not an entry with credential_name and credential_values`,
        );
        continue;
      }
      const known = ["credential_name", "credential_values", "credential_info"];
      for (const entry of item.entries) {
        if (!known.includes(entry.key))
          report.error(
            entry.place,
            `unknown name "${entry.key}" in credential_list${didYouMean(entry.key, known)}`,
          );
      }
      const name = entryOf(item, "credential_name")?.value;
      const values = entryOf(item, "credential_values")?.value;
      if (name?.kind !== "scalar" || name.value === null || values?.kind !== "map") {
        report.error(item.place, "a credential needs credential_name and credential_values");
      } else if (!credentials.has(String(name.value))) credentials.set(String(name.value), values);
    }
  }
  return credentials;
}
