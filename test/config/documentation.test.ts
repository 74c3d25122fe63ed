/** The page, the example and the tables say the same: every setting appears, nothing is promised that is not read. */
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { DEPLOYMENT_SETTINGS } from "#lib/config/deployment-settings.ts";
import { withReference } from "#lib/config/document.ts";
import { VARIABLES } from "#lib/config/environment.ts";
import { isNotActedOn, namesNotActedOn } from "#lib/config/not-acted-on.ts";
import { SETTINGS } from "#lib/config/sections.ts";
import { namesIn } from "#lib/config/setting.ts";
import { configOf, loadText } from "./load-text.ts";

const file = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const page = file("docs/configuration.md");

describe("docs/configuration.md", () => {
  it("holds the reference that the tables make (write it with: node lib/config/document.ts)", () => {
    expect(page).toBe(withReference(page));
  });

  it("names every setting, alias, default and variable", () => {
    for (const setting of [...SETTINGS, ...DEPLOYMENT_SETTINGS]) {
      for (const path of setting.at) expect(page).toContain(path.slice(path.lastIndexOf(".") + 1));
      expect(page).toContain(setting.doc);
      expect(setting.default).not.toBe("");
    }
    for (const variable of VARIABLES) expect(page).toContain(`\`${variable.name}\``);
  });

  it("has YAML that loads", () => {
    const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? "");
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) configOf(block, { files: { "models.yaml": "", "limits/team.yaml": "" } });
  });
});

describe("config.example.yaml", () => {
  const example = file("config.example.yaml");
  const env = { OPENAI_API_KEY: "sk-up", NVIDIA_NIM_API_KEY: "nvapi-up" };

  it("loads without a fault, and with a warning for each provider key that is not set", () => {
    expect(loadText(example, { env }).problems).toEqual([]);
    expect(loadText(example).problems.map((problem) => problem.severity)).toEqual(["warning", "warning"]);
  });

  it("loads with every commented line switched on", () => {
    const everything = example
      .split("\n")
      .map((line) => line.replace(/^( *)# ((?: *)(?:- |[a-z_]+:|[A-Z_]+: |").*)$/, "$1$2"))
      .join("\n");
    const files = { "models/more.yaml": "model_list: []" };
    const secrets = {
      ...env,
      LITELLM_MASTER_KEY: "sk-Env_7hM2vQ9xRkP4wZ8tLs3N",
      DATABASE_URL: "postgres://u@h/d",
      AZURE_API_KEY: "az",
    };
    const config = configOf(everything, { env: secrets, files });
    expect(config.deployments).toHaveLength(4);
    expect(config).toMatchObject({
      production: true,
      databaseUrl: "postgres://u@h/d",
      dataRetentionDays: 30,
      globalBudgetDuration: "30d",
    });
    expect(config.ignored).toEqual([]);
  });
});

describe(".env.example", () => {
  it("names variables that are read, and is harmless when copied as it stands", () => {
    const text = file(".env.example");
    const named = [...text.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1] ?? "");
    const known = [
      ...VARIABLES.map((variable) => variable.name),
      "OPENAI_API_KEY",
      "NVIDIA_NIM_API_KEY",
      "AZURE_API_KEY",
      "GROQ_API_KEY",
    ];
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
    expect(Object.values(parseEnv(text)).every((value) => value === "")).toBe(true);
    expect(loadText(null, { files: { ".env": text } }).problems).toEqual([]);
  });
});

describe("the tables", () => {
  it("know each spelling once, and ignore none that they act on", () => {
    for (const table of [SETTINGS, DEPLOYMENT_SETTINGS]) {
      const paths = table.flatMap((setting) => setting.at);
      expect(paths.filter((path, index) => paths.indexOf(path) !== index)).toEqual([]);
    }
    for (const section of ["general_settings", "litellm_settings", "router_settings"]) {
      expect(namesIn(SETTINGS, section).filter((name) => isNotActedOn(section, name))).toEqual([]);
      expect(new Set(namesNotActedOn(section)).size).toBe(namesNotActedOn(section).length);
    }
    expect(
      namesIn(DEPLOYMENT_SETTINGS, "litellm_params").filter((name) => isNotActedOn("litellm_params", name)),
    ).toEqual([]);
  });
});
