/**
 * The reference part of docs/configuration.md, made from the tables of settings so that it cannot lag behind them.
 * `node lib/config/document.ts` writes it anew; a test fails when it was forgotten.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { DEPLOYMENT_SETTINGS } from "./deployment-settings.ts";
import { VARIABLES } from "./environment.ts";
import { SETTINGS } from "./sections.ts";
import { nameOf } from "./setting.ts";

export const BEGIN = "<!-- reference: written by `node lib/config/document.ts` -->";
export const END = "<!-- end of reference -->";

interface Row {
  readonly at: readonly string[];
  readonly form: string;
  readonly default: string;
  readonly doc: string;
}

/** Markdown of all settings and variables. */
export function configurationReference(): string {
  const sections = ["general_settings", "litellm_settings", "router_settings"];
  const settings = sections.map((section) => {
    const rows = SETTINGS.filter((setting) => setting.at[0].startsWith(`${section}.`));
    return `### ${section}\n\n${settingTable(rows)}`;
  });
  const variables = VARIABLES.map((variable) =>
    row([`\`${variable.name}\``, variable.default, variable.doc]),
  );
  return [
    "## Settings",
    ...settings,
    `### Entries of model_list\n\nIn \`litellm_params\`, or in \`model_info\` where the name says so.\n\n${settingTable(DEPLOYMENT_SETTINGS)}`,
    `## Environment\n\n| Variable | Default | Meaning |\n|---|---|---|\n${variables.join("\n")}`,
  ].join("\n\n");
}

function settingTable(settings: readonly Row[]): string {
  const rows = settings.map((setting) => {
    const [first = "", ...others] = setting.at;
    const aliases = others.map((path) => `\`${shortName(path, first)}\``).join(", ");
    return row([
      `\`${shortName(first, "litellm_params.")}\``,
      aliases,
      setting.form,
      setting.default,
      setting.doc,
    ]);
  });
  return `| Name | Also | Value | Default | Meaning |\n|---|---|---|---|---|\n${rows.join("\n")}`;
}

// The section is named only where it differs from the one that the reader is in.
function shortName(path: string, reference: string): string {
  const section = path.slice(0, path.indexOf("."));
  const inOwnTable =
    ["general_settings", "litellm_settings", "router_settings"].includes(section) &&
    reference === "litellm_params.";
  return inOwnTable || section === reference.slice(0, reference.indexOf(".")) ? nameOf(path) : path;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** The page with its reference part replaced. Throws when the page has lost its markers. */
export function withReference(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin)
    throw new Error(`docs/configuration.md has lost its markers: ${BEGIN} and ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${configurationReference()}\n\n${page.slice(end)}`;
}

if (import.meta.main) {
  const page = new URL("../../docs/configuration.md", import.meta.url);
  writeFileSync(page, withReference(readFileSync(page, "utf8")));
}
