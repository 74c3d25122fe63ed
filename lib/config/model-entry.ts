/** One entry of `model_list`, read through the table of settings and checked for unknown names. */
import { type DeploymentDraft, emptyDeployment } from "./deployment-draft.ts";
import { DEPLOYMENT_SETTINGS, OPENAI_PARAMETERS } from "./deployment-settings.ts";
import {
  type Environment,
  type MissingVariable,
  missingText,
  resolveReferences,
} from "./environment-reference.ts";
import { plain } from "./map-parsers.ts";
import { isNotActedOn, isQuiet, namesNotActedOn } from "./not-acted-on.ts";
import type { Place, Reporter } from "./problems.ts";
import { type IgnoredNames, mapOf } from "./sections.ts";
import { collect, type Layer, namesIn } from "./setting.ts";
import { didYouMean, nearest } from "./suggest.ts";
import { type Entry, entryOf, isNothing, type MapNode, show, type YamlNode } from "./tree.ts";

export interface ModelEntry {
  readonly modelGroup: string;
  readonly place: Place;
  readonly draft: DeploymentDraft;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly modelInfo: Readonly<Record<string, unknown>>;
  /** References without a value in api_key and api_base. */
  readonly missing: readonly { readonly member: string; readonly variable: MissingVariable }[];
  /** Whether a missing `model` was reported already, or was written and is wrong. */
  readonly saidModel: boolean;
  /** Where a member was set, else the entry's place. */
  placeOf(member: keyof DeploymentDraft & string): Place;
}

interface EntryContext {
  readonly env: Environment;
  readonly report: Reporter;
  readonly ignored: IgnoredNames;
}

const ENTRY_NAMES = ["model_name", "litellm_params", "model_info"];

/** Reads one item; null when it is no entry at all (that is reported). */
export function readEntry(
  item: YamlNode,
  credentials: ReadonlyMap<string, MapNode>,
  context: EntryContext,
): ModelEntry | null {
  const { report, env } = context;
  if (item.kind !== "map") {
    report.error(item.place, `model_list: ${show(item)} is not an entry — write "- model_name: ..."`);
    return null;
  }
  checkEntryNames(item, report);
  const name = entryOf(item, "model_name");
  const modelGroup = name === null ? null : modelName(name, env, report);
  if (name === null) report.error(item.place, "the entry has no model_name");
  const params = sectionOf(item, "litellm_params", report);
  const info = sectionOf(item, "model_info", report);
  if (params !== null) checkParams(params, context);
  const layer: Layer = new Map([
    ["litellm_params", params ?? { kind: "map", place: item.place, entries: [] }],
    ["model_info", info ?? { kind: "map", place: item.place, entries: [] }],
  ]);
  const draft = emptyDeployment();
  const missing: { member: string; variable: MissingVariable }[] = [];
  const shared = credentialLayer(params, credentials, report);
  const places = collect(DEPLOYMENT_SETTINGS, shared === null ? [layer] : [layer, shared], draft, {
    env,
    report,
    onMissing(member, variables) {
      if (member !== "apiKey" && member !== "apiBase") return false;
      missing.push(...variables.map((variable) => ({ member, variable })));
      return true;
    },
  });
  const defaults = othersIn(params, (key) => OPENAI_PARAMETERS.includes(key), context);
  const actedOn = namesIn(DEPLOYMENT_SETTINGS, "model_info");
  const modelInfo = othersIn(info, (key) => !actedOn.includes(key), context);
  if (modelGroup === null) return null;
  return {
    modelGroup,
    place: item.place,
    draft,
    defaults,
    modelInfo,
    missing,
    saidModel:
      params === null || params.entries.some(({ key, value }) => key === "model" && !isNothing(value)),
    placeOf: (member) => places.get(member) ?? item.place,
  };
}

function modelName(entry: Entry, env: Environment, report: Reporter): string | null {
  const { node, missing } = resolveReferences(entry.value, env);
  for (const variable of missing) report.error(null, missingText(variable.name, [variable]));
  if (missing.length > 0) return null;
  // A number is taken as written: model_name: 4.0 stays "4.0".
  const isText = node.kind === "scalar" && typeof node.value === "string";
  const name =
    node.kind === "scalar" && node.value !== null ? (isText ? String(node.value) : node.text).trim() : "";
  if (name !== "" && !/\p{Cc}/u.test(name)) return name;
  report.error(entry.value.place, `model_name: ${show(node)} is not a name`);
  return null;
}

function sectionOf(item: MapNode, key: string, report: Reporter): MapNode | null {
  const entry = entryOf(item, key);
  if (entry !== null) return mapOf(entry, report);
  // A mistyped litellm_params was reported as unknown, with the right name.
  const mistyped = item.entries.some(
    (other) => !ENTRY_NAMES.includes(other.key) && nearest(other.key, ENTRY_NAMES) === key,
  );
  if (key === "litellm_params" && !mistyped) report.error(item.place, "the entry has no litellm_params");
  return null;
}

function checkEntryNames(item: MapNode, report: Reporter): void {
  const params = namesIn(DEPLOYMENT_SETTINGS, "litellm_params");
  for (const entry of item.entries) {
    if (ENTRY_NAMES.includes(entry.key)) continue;
    const hint = params.includes(entry.key)
      ? " — it belongs in litellm_params"
      : didYouMean(entry.key, ENTRY_NAMES);
    report.error(entry.place, `unknown name "${entry.key}" in an entry of model_list${hint}`);
  }
}

function checkParams(params: MapNode, { report, ignored }: EntryContext): void {
  const known = [...namesIn(DEPLOYMENT_SETTINGS, "litellm_params"), ...OPENAI_PARAMETERS];
  for (const entry of params.entries) {
    if (known.includes(entry.key)) continue;
    if (!isNotActedOn("litellm_params", entry.key)) {
      const hint = didYouMean(entry.key, [...known, ...namesNotActedOn("litellm_params")]);
      report.error(entry.place, `unknown setting "${entry.key}" in litellm_params${hint}`);
    } else if (!isQuiet("litellm_params", entry.key, entry.value)) ignored.add(`litellm_params.${entry.key}`);
  }
}

function credentialLayer(
  params: MapNode | null,
  credentials: ReadonlyMap<string, MapNode>,
  report: Reporter,
): Layer | null {
  const entry = params === null ? null : entryOf(params, "litellm_credential_name");
  if (entry === null || entry.value.kind !== "scalar" || entry.value.value === null) return null;
  const name = String(entry.value.value);
  const values = credentials.get(name);
  if (values === undefined) {
    report.error(
      entry.value.place,
      `there is no credential "${name}" in credential_list${didYouMean(name, [...credentials.keys()])}`,
    );
    return null;
  }
  return new Map([["litellm_params", values]]);
}

function othersIn(
  map: MapNode | null,
  wanted: (key: string) => boolean,
  { env, report }: EntryContext,
): Readonly<Record<string, unknown>> {
  const pairs: [string, unknown][] = [];
  for (const entry of map?.entries ?? []) {
    if (!wanted(entry.key) || isNothing(entry.value)) continue;
    const { node, missing } = resolveReferences(entry.value, env);
    for (const variable of missing) report.error(null, missingText(variable.name, [variable]));
    pairs.push([entry.key, plain(node)]);
  }
  return Object.fromEntries(pairs);
}
