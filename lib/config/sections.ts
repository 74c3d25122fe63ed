/** The sections of the files: which there are, which names in them are unknown, which are LiteLLM's and do nothing here. */
import { CALLBACK_SETTINGS } from "./callback-settings.ts";
import { CONTENT_SETTINGS } from "./content-settings.ts";
import { VARIABLES } from "./environment.ts";
import type { LoadedFile } from "./files.ts";
import { GENERAL_SETTINGS } from "./general-settings.ts";
import { KEY_SETTINGS } from "./key-settings.ts";
import { LIMIT_SETTINGS } from "./limit-settings.ts";
import {
  isNotActedOn,
  isQuiet,
  namesNotActedOn,
  SECTIONS_NOT_ACTED_ON,
  valuesNotActedOn,
} from "./not-acted-on.ts";
import { OPERATE_SETTINGS } from "./operate-settings.ts";
import { PEOPLE_SETTINGS } from "./people-settings.ts";
import type { Reporter } from "./problems.ts";
import { PROXY_SETTINGS } from "./proxy-settings.ts";
import { SAFETY_SETTINGS } from "./safety-settings.ts";
import { type Layer, namesIn, type Setting } from "./setting.ts";
import type { Settings } from "./settings.ts";
import { STORE_SETTINGS } from "./store-settings.ts";
import { didYouMean, nearest } from "./suggest.ts";
import { TELEMETRY_SETTINGS } from "./telemetry-settings.ts";
import { type Entry, isNothing, type MapNode, show } from "./tree.ts";

/** All settings outside `model_list`. */
export const SETTINGS: readonly Setting<Settings>[] = [
  ...GENERAL_SETTINGS,
  ...PROXY_SETTINGS,
  ...STORE_SETTINGS,
  ...LIMIT_SETTINGS,
  ...KEY_SETTINGS,
  ...PEOPLE_SETTINGS,
  ...OPERATE_SETTINGS,
  ...CALLBACK_SETTINGS,
  ...SAFETY_SETTINGS,
  ...CONTENT_SETTINGS,
  ...TELEMETRY_SETTINGS,
];

const SETTING_SECTIONS = ["general_settings", "litellm_settings", "router_settings"] as const;
const OTHER_SECTIONS = ["include", "model_list", "environment_variables", "credential_list"];

/** Collects names that do nothing, once each. */
export interface IgnoredNames {
  add(name: string): void;
}

/** The three sections of settings of one file, checked for unknown names. */
export function layerOf(file: LoadedFile, report: Reporter, ignored: IgnoredNames): Layer {
  const layer = new Map<string, MapNode>();
  for (const entry of file.root.entries) {
    const section = SETTING_SECTIONS.find((name) => name === entry.key);
    if (section !== undefined) {
      const map = mapOf(entry, report);
      if (map === null) continue;
      layer.set(section, map);
      checkNames(section, map, report, ignored);
    } else if (SECTIONS_NOT_ACTED_ON.includes(entry.key)) {
      if (!isNothing(entry.value)) ignored.add(entry.key);
    } else if (!OTHER_SECTIONS.includes(entry.key)) {
      report.error(entry.place, `unknown section "${entry.key}"${sectionHint(entry.key)}`);
    }
  }
  return layer;
}

/** The map under a name; null when it is empty or something else (that is reported). */
export function mapOf(entry: Entry, report: Reporter): MapNode | null {
  if (entry.value.kind === "map") return entry.value;
  if (!isNothing(entry.value)) {
    report.error(
      entry.value.place,
      `${entry.key} must hold lines such as "name: value", not ${show(entry.value)}`,
    );
  }
  return null;
}

function checkNames(section: string, map: MapNode, report: Reporter, ignored: IgnoredNames): void {
  const known = namesIn(SETTINGS, section);
  for (const entry of map.entries) {
    if (known.includes(entry.key)) {
      for (const value of valuesNotActedOn(section, entry.key, entry.value))
        ignored.add(`${section}.${entry.key}: ${value}`);
      continue;
    }
    if (isNotActedOn(section, entry.key)) {
      if (!isQuiet(section, entry.key, entry.value)) ignored.add(`${section}.${entry.key}`);
    } else
      report.error(
        entry.place,
        `unknown setting "${entry.key}" in ${section}${settingHint(section, entry.key)}`,
      );
  }
}

function settingHint(section: string, name: string): string {
  const home = homeOf(name);
  if (home !== null) return ` — it belongs in ${home}`;
  const variable = [name, `shin_${name}`].map((word) => word.toUpperCase());
  const found = VARIABLES.find(({ name: known }) => variable.includes(known));
  if (found !== undefined) return ` — set ${found.name} in the environment`;
  const own = [...namesIn(SETTINGS, section), ...namesNotActedOn(section)];
  if (nearest(name, own) !== null) return didYouMean(name, own);
  for (const other of SETTING_SECTIONS) {
    const best = nearest(name, namesIn(SETTINGS, other));
    if (best !== null) return ` — did you mean "${best}" in ${other}?`;
  }
  return "";
}

function sectionHint(name: string): string {
  const home = homeOf(name);
  if (home !== null) return ` — it belongs in ${home}`;
  return didYouMean(name, [...SETTING_SECTIONS, ...OTHER_SECTIONS, ...SECTIONS_NOT_ACTED_ON]);
}

function homeOf(name: string): string | null {
  const acted = SETTING_SECTIONS.find((section) => namesIn(SETTINGS, section).includes(name));
  return acted ?? SETTING_SECTIONS.find((section) => namesNotActedOn(section).includes(name)) ?? null;
}
