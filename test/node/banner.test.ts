/** The first screen: short, true, plain where it must be, and never with the master key in it. */
import { describe, expect, test } from "vitest";
import { type BannerFacts, renderBanner, renderStartFailure } from "#lib/node/banner.ts";
import { StartError } from "#lib/node/start-error.ts";

const facts: BannerFacts = {
  version: "0.1.0",
  nodeVersion: "24.21.0",
  data: "./.data",
  dataIsNew: true,
  config: null,
  database: "embedded Postgres 18.4",
  databaseReadyMs: 912,
  migrations: 1,
  models: 5,
  workers: 1,
  consoleUrl: "http://127.0.0.1:4000/ui",
  setUpUrl: null,
  apiUrl: "http://127.0.0.1:4000/v1",
  masterKey: { kind: "file", path: ".data/secrets/master-key", made: true },
  tryModel: "gpt-3.5-turbo",
  notices: ["no provider keys found: the demo models answer"],
};
const plain = { tty: false, color: false, json: false };
const terminal = { tty: true, color: true, json: false };
const escapeCharacter = String.fromCharCode(27);

describe("renderBanner", () => {
  test("the whole of it, in plain text", () => {
    expect(renderBanner(facts, plain)).toBe(
      `  shin 0.1.0  -  data ./.data (new)  -  config: none, using defaults  -  Node 24.21.0
  ok: embedded Postgres 18.4 ready in 0.9 s (1 migration), 5 models
  warning: no provider keys found: the demo models answer

  Console     http://127.0.0.1:4000/ui
  API         http://127.0.0.1:4000/v1
  Master key  in .data/secrets/master-key (made now)

  Try it: curl http://127.0.0.1:4000/v1/chat/completions -H "Authorization: Bearer $(cat .data/secrets/master-key)" -H "Content-Type: application/json" -d '{"model":"gpt-3.5-turbo","messages":[{"role":"user","content":"Hello"}]}'
`,
    );
  });

  test("says how many workers serve, where there are several", () => {
    expect(renderBanner({ ...facts, workers: 4 }, plain)).toContain("(1 migration), 5 models, 4 workers\n");
  });

  test("without a console there is no console line", () => {
    expect(renderBanner({ ...facts, consoleUrl: null }, plain)).not.toContain("Console");
  });

  test("colour only in a terminal that wants it", () => {
    expect(renderBanner(facts, terminal)).toContain(escapeCharacter);
    expect(renderBanner(facts, { ...terminal, color: false })).not.toContain(escapeCharacter);
    expect(renderBanner(facts, { ...terminal, tty: false })).not.toContain(escapeCharacter);
  });

  test("however many warnings: at most 12 lines, and the rest is counted", () => {
    const notices = Array.from({ length: 30 }, (_, n) => `warning number ${n}`);
    for (const consoleUrl of [null, facts.consoleUrl]) {
      const text = renderBanner({ ...facts, consoleUrl, notices }, plain);
      expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(12);
      expect(text).toContain("warning number 0");
      expect(text).toMatch(/2\d more warnings in the log/);
    }
  });

  test("the curl line quotes what a shell would take apart", () => {
    const path = "/srv/o'brien data/secrets/master-key";
    const text = renderBanner({ ...facts, masterKey: { kind: "file", path, made: false } }, plain);
    expect(text).toContain(`$(cat '/srv/o'\\''brien data/secrets/master-key')`);
    expect(
      renderBanner({ ...facts, masterKey: { kind: "variable", name: "LITELLM_MASTER_KEY" } }, plain),
    ).toContain("Bearer $LITELLM_MASTER_KEY");
  });

  test("JSON is one line with the same facts", () => {
    const text = renderBanner(facts, { ...terminal, json: true });
    expect(text.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(text)).toMatchObject({
      event: "started",
      apiUrl: facts.apiUrl,
      masterKey: facts.masterKey,
    });
  });
});

describe("renderStartFailure", () => {
  const error = new StartError("port_in_use", "port 4000 is in use by node (pid 8123)", {
    advice: "Use another: npm start -- --port 4001",
  });

  test("one line that ends with what to do", () => {
    expect(renderStartFailure(error, plain)).toBe(
      "error: port 4000 is in use by node (pid 8123).  Use another: npm start -- --port 4001\n",
    );
  });

  test("evidence stands between the sentence and the advice; no stack unless asked for", () => {
    const failed = new StartError("database_failed", "the embedded Postgres stopped", {
      advice: "Look.",
      detail: ["FATAL: no", "LOG: bye"],
      cause: new Error("deep"),
    });
    expect(renderStartFailure(failed, plain)).toBe(
      "error: the embedded Postgres stopped\n    FATAL: no\n    LOG: bye\n  Look.\n",
    );
    const debug = renderStartFailure(failed, { ...plain, debug: true });
    expect(debug).toContain("banner.test.ts");
    expect(debug).toContain("caused by Error: deep");
  });

  test("JSON for programs, and the exit code of configuration faults", () => {
    expect(JSON.parse(renderStartFailure(error, { ...plain, json: true }))).toMatchObject({
      event: "start_failed",
      code: "port_in_use",
    });
    expect(error.exitCode).toBe(1);
    expect(new StartError("config_invalid", "", { advice: "" }).exitCode).toBe(78);
  });
});
