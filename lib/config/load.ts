/**
 * config.yaml + environment -> one frozen `Config`, or every fault at once. Pure but for the reading of files, which is
 * passed in; `process.ts` passes the real ones.
 */
import path from "node:path";
import { assemble } from "./assemble.ts";
import type { Config } from "./config.ts";
import { credentialVariables } from "./credential-variables.ts";
import { readDeployments } from "./deployments.ts";
import { mergeDotEnv, readEnvironment } from "./environment.ts";
import type { Environment, MissingVariable } from "./environment-reference.ts";
import { withVariables } from "./environment-variables.ts";
import {
  byPrecedence,
  type FileContext,
  inReadingOrder,
  type ReadFile,
  readConfigFile,
  readText,
  shownPath,
} from "./files.ts";
import { countProblems, createReporter, type Problem, type Reporter } from "./problems.ts";
import { layerOf, SETTINGS } from "./sections.ts";
import { collect } from "./setting.ts";
import { defaultSettings } from "./settings.ts";

export interface LoadOptions {
  readonly env: Environment;
  readonly cwd: string;
  readonly readFile: ReadFile;
  readonly now: Date;
  /** The file to read; without it SHIN_CONFIG, else ./config.yaml when there is one. */
  readonly file?: string | null;
  /** Beats SHIN_DATA_DIR. */
  readonly dataDir?: string | null;
}

export interface LoadResult {
  /** null when there is any error. */
  readonly config: Config | null;
  readonly problems: readonly Problem[];
  /** Absolute paths of everything that was read or looked for: what a reload watches. */
  readonly files: readonly string[];
  /** The configuration file as shown to people, null without one. */
  readonly shownFile: string | null;
}

/** Reads, checks and freezes the configuration. Never throws for what people write. */
export function loadConfig(given: LoadOptions): LoadResult {
  const options = { ...given, readFile: readOnce(given.readFile) };
  const report = createReporter();
  const asked = new Set<string>();
  const { env: baseEnv, file, explicit } = locate(options, report, asked);
  const context: FileContext = { readFile: options.readFile, cwd: options.cwd, env: baseEnv, report, asked };
  const isPresent = explicit || exists(file, context);
  const root = isPresent ? readConfigFile(file, context) : null;
  const read = isPresent ? file : null;

  const files = inReadingOrder(root);
  const layered = byPrecedence(root);
  const env = withVariables(baseEnv, layered, report);
  const ignored = new Set<string>();
  // Checked in reading order, so that the warning about ignored names lists them as people wrote them.
  const layerOfFile = new Map(files.map((loaded) => [loaded.path, layerOf(loaded, report, ignored)]));
  const layers = layered.map((loaded) => layerOfFile.get(loaded.path)).filter((layer) => layer !== undefined);

  const settings = defaultSettings();
  const places = collect(SETTINGS, layers, settings, { env, report, onMissing: toleratedIn(report) });
  const deployments = readDeployments(files, { env, report, ignored, routingHint: settings.routingHint });
  const environment = readEnvironment(env, options.now, report);
  const shownFile = read === null ? null : shownPath(read, options.cwd);
  if (ignored.size > 0) {
    report.warning(
      shownFile === null ? null : { file: shownFile },
      `known from LiteLLM, accepted and without effect: ${[...ignored].join(", ")}`,
    );
  }
  const config = assemble({
    settings,
    places,
    layers,
    environment,
    env,
    deployments,
    credentialVariables: credentialVariables(files, env),
    ignored: [...ignored],
    file: read,
    files: [...asked].filter((candidate) => exists(candidate, context)),
    cwd: options.cwd,
    dataDir: options.dataDir ?? environment.dataDir,
    report,
  });
  const problems = report.list();
  return {
    config: countProblems(problems).errors > 0 ? null : config,
    problems,
    files: [...asked],
    shownFile,
  };
}

/** Parameters that the gateway serves without. LiteLLM's cache_params are about a cache of answers first. */
const TOLERATED: Readonly<Record<string, readonly [setting: string, effect: string]>> = {
  cacheParams: ["cache_params", "this Redis is not used"],
  webhookParams: ["webhook_callback_params", "they are left out"],
  s3Params: ["s3_callback_params", "they are left out"],
  clickhouseParams: ["clickhouse_callback_params", "they are left out"],
};

function toleratedIn(report: Reporter) {
  return (member: string, missing: readonly MissingVariable[]): boolean => {
    const tolerated = TOLERATED[member];
    if (tolerated === undefined) return false;
    const [setting, effect] = tolerated;
    for (const { name, place } of missing)
      report.warning(place, `${setting}: ${name} is not set, so ${effect}`);
    return true;
  };
}

interface Located {
  readonly env: Environment;
  readonly file: string;
  /** Named by somebody: then it has to exist. */
  readonly explicit: boolean;
}

// One load sees one version of each file, however often it is asked for.
function readOnce(readFile: ReadFile): ReadFile {
  const texts = new Map<string, string | null>();
  return (file) => {
    const known = texts.get(file);
    if (known !== undefined) return known;
    const text = readFile(file);
    texts.set(file, text);
    return text;
  };
}

// The .env of the working folder may name the config file; the .env beside that file beats it, and the environment beats both.
function locate(options: LoadOptions, report: Reporter, asked: Set<string>): Located {
  const { cwd } = options;
  const context: FileContext = { readFile: options.readFile, cwd, env: options.env, report, asked };
  const here = path.resolve(cwd, ".env");
  const hereText = dotEnv(here, context);
  const named = options.file ?? mergeDotEnv(options.env, [hereText]).SHIN_CONFIG?.trim() ?? "";
  const file = path.resolve(cwd, named === "" ? "config.yaml" : named);
  const beside = path.join(path.dirname(file), ".env");
  const besideText = beside === here ? "" : dotEnv(beside, context);
  asked.add(file);
  return { env: mergeDotEnv(options.env, [besideText, hereText]), file, explicit: named !== "" };
}

function dotEnv(file: string, context: FileContext): string {
  context.asked.add(file);
  return exists(file, context) ? (readText(file, { file: shownPath(file, context.cwd) }, context) ?? "") : "";
}

// A file that is there and cannot be read exists: reading it then reports why.
function exists(file: string, { readFile }: FileContext): boolean {
  try {
    return readFile(file) !== null;
  } catch {
    return true;
  }
}
