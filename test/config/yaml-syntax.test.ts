/** Broken YAML ends in one clear sentence with its place, never in a stack trace or a hang. */
import { describe, expect, it } from "vitest";
import { fc } from "#test/helpers/fast-check.ts";
import { faults, loadText } from "./load-text.ts";

describe("broken YAML", () => {
  it.each([
    ["a tab", "general_settings:\n\tlog_level: info\n", /^config\.yaml:2:1 a tab stands where spaces must/],
    [
      "a name given twice",
      "litellm_settings:\n  rpm: 1\n  rpm: 2\n",
      /^config\.yaml:3:3 "rpm" is given twice — keep one$/,
    ],
    [
      "a section given twice",
      "litellm_settings: {}\nlitellm_settings: {}\n",
      /^config\.yaml:2:1 "litellm_settings" is given twice/,
    ],
    ["an open quote", 'general_settings:\n  log_level: "info\n', /closing quote/],
    ["an open bracket", "general_settings: { log_level: info\n", /^config\.yaml:\d+:\d+ /],
    ["two documents", "a: 1\n---\nb: 2\n", /second document/],
    ["an unknown alias", "litellm_settings:\n  rpm: *x\n", /^config\.yaml:2:8 /],
    ["a value with a colon", "general_settings:\n  log_file: a: b\n", /^config\.yaml:2:\d+ /],
  ])("%s", (_what, yaml, message) => {
    const found = faults(yaml);
    expect(
      found.some((line) => message.test(line)),
      found.join("\n"),
    ).toBe(true);
    expect(loadText(yaml).config).toBeNull();
  });

  it("goes on after a name given twice, to report the rest too", () => {
    expect(faults("litellm_settings:\n  rpm: 1\n  rpm: 2\n  tmp: 3\n")).toEqual([
      'config.yaml:3:3 "rpm" is given twice — keep one',
      'config.yaml:4:3 unknown setting "tmp" in litellm_settings — did you mean "tpm"?',
    ]);
  });

  it("reports a fault behind an anchor once, where it stands", () => {
    const yaml = `model_list:
  - { model_name: a, litellm_params: &p { model: ollama/x, rpm: lots } }
  - { model_name: b, litellm_params: *p }
`;
    expect(faults(yaml)).toEqual(['config.yaml:2:65 rpm: "lots" is not a whole number']);
  });

  it("warns of tags that it does not know", () => {
    const { problems, config } = loadText("litellm_settings: { rpm: !secret 5 }\n");
    expect(problems[0]).toMatchObject({
      severity: "warning",
      line: 1,
      column: 26,
      message: expect.stringContaining("!secret"),
    });
    expect(config?.globalLimits.rpm).toBe(5);
  });

  it("refuses aliases that grow without end", () => {
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level <= 9; level += 1) {
      const [name, before] = [String.fromCharCode(97 + level), String.fromCharCode(96 + level)];
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(", ")}]`);
    }
    expect(faults(bomb.join("\n")).join()).toContain("larger than 200000 values");
  });

  it("refuses an alias that contains itself, and absurd nesting", () => {
    expect(faults("router_settings: &r { model_group_alias: { a: *r } }").join()).toContain(
      "refers to itself",
    );
    expect(faults(`litellm_settings: ${"[".repeat(20_000)}`)).not.toEqual([]);
    expect(faults(`litellm_settings: ${"[".repeat(300)}${"]".repeat(300)}`).join()).toContain(
      "nested deeper than 100 levels",
    );
  });

  it("loads empty files and comments as defaults, with or without a byte order mark and Windows line ends", () => {
    for (const text of ["", "# nothing\n", "---\n", "\uFEFFlitellm_settings:\r\n  rpm: 5\r\n"]) {
      expect(faults(text), JSON.stringify(text)).toEqual([]);
    }
    expect(loadText("\uFEFFlitellm_settings:\r\n  rpm: 5\r\n").config?.globalLimits.rpm).toBe(5);
  });
});

describe("any text at all", () => {
  const words = fc.constantFrom(
    ..."model_list litellm_params model_name model_info general_settings litellm_settings router_settings include master_key rpm tpm api_base api_key os.environ/X allowed_ips cors_origin credential_list environment_variables gpt-4 &a *a << : - [ ] { } , | > ' \" # null true 1e400 -1 10.0.0.0/8 __proto__ !!binary ? ~".split(
      " ",
    ),
    "\n",
    "\n  ",
    "\n    ",
    "\n  - ",
    ": ",
    "\t",
  );

  it("gives a configuration or problems, and never throws", () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 60 }), (parts) => {
        const { config, problems } = loadText(parts.join(""), { env: { X: "y" } });
        expect(config === null).toBe(problems.some((problem) => problem.severity === "error"));
      }),
      { numRuns: 1_500 },
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const { config, problems } = loadText(text);
        expect(config === null).toBe(problems.some((problem) => problem.severity === "error"));
      }),
      { numRuns: 500 },
    );
  });

  it("takes any value under any known name without throwing", () => {
    const value = fc.oneof(
      fc.string(),
      fc.double(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string()),
      fc.dictionary(fc.string(), fc.string()),
    );
    const names = [
      "allowed_ips",
      "cors_origin",
      "database_url",
      "log_level",
      "max_request_size_mb",
      "data_retention_days",
      "db_outage_grace",
      "environment",
      "litellm_key_header_name",
      "master_key",
      "budget_exceeded_status",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...names), value, (name, given) => {
        const { config, problems } = loadText(`general_settings: ${JSON.stringify({ [name]: given })}`);
        expect(config === null).toBe(problems.some((problem) => problem.severity === "error"));
      }),
      { numRuns: 1_000 },
    );
  });
});
