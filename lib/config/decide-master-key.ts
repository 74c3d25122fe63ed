/** Which master key counts, and whether it is good enough. */
import type { Parts } from "./assemble.ts";
import { referencedVariable } from "./environment-reference.ts";
import { MAKE_MASTER_KEY, masterKeyWeakness } from "./master-key.ts";
import type { Layer } from "./setting.ts";
import { entryOf, isNothing } from "./tree.ts";

/** The master key of the file or the environment; a weak one is an error in production and a warning elsewhere. */
export function decideMasterKey(
  { settings, places, layers, environment, report }: Parts,
  production: boolean,
): string | null {
  const place = places.get("masterKey") ?? null;
  const key = settings.masterKey ?? environment.masterKey;
  if (
    settings.masterKey !== null &&
    environment.masterKey !== null &&
    settings.masterKey !== environment.masterKey
  ) {
    report.error(place, "master_key is not the LITELLM_MASTER_KEY of the environment — keep one of the two");
  }
  const isReference = writtenValue(
    layers,
    "general_settings",
    "master_key",
    (text) => referencedVariable(text) !== null,
  );
  if (settings.masterKey !== null && !isReference) {
    report.warning(
      place,
      "master_key stands here in clear — write os.environ/LITELLM_MASTER_KEY and set that variable",
    );
  }
  const weakness = key === null ? null : masterKeyWeakness(key);
  if (weakness !== null) {
    const at = settings.masterKey !== null && !isReference ? place : null;
    const message = `the master key ${weakness} — ${MAKE_MASTER_KEY}`;
    if (production) report.error(at, message);
    else report.warning(at, `${message} (refused in production)`);
  }
  if (
    key !== null &&
    environment.encryptionKey !== null &&
    key.replace(/^sk-/, "").toLowerCase() === environment.encryptionKey
  ) {
    report.error(null, "SHIN_ENCRYPTION_KEY is the master key — each secret needs its own");
  }
  return key;
}

function writtenValue(
  layers: readonly Layer[],
  section: string,
  name: string,
  test: (text: string) => boolean,
): boolean {
  for (const layer of layers) {
    const map = layer.get(section);
    const entry = map === undefined ? null : entryOf(map, name);
    if (entry !== null && !isNothing(entry.value))
      return entry.value.kind === "scalar" && test(String(entry.value.value));
  }
  return false;
}
