/** A changed file is picked up, a broken one changes nothing, and nobody is told of changes that are none. */
import { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "#lib/config/load.ts";
import { fileHasContent, readFileIfPresent } from "#lib/config/process.ts";
import type { Reload } from "#lib/config/reload.ts";
import { type ConfigWatch, type WatchOptions, watchConfig } from "#lib/config/watch.ts";

let folder: string;
let watching: ConfigWatch | null;
const signals = new EventEmitter();

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "shin-watch-"));
  watching = null;
});
afterEach(() => {
  watching?.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string) => path.join(folder, name);
const write = (name: string, text: string) => writeFileSync(at(name), text);
const load = (env: Record<string, string> = {}) =>
  loadConfig({ env, cwd: folder, readFile: readFileIfPresent, now: new Date("2026-11-23T12:00:00Z") });

/** Starts watching; `next()` resolves with the next reload that is told. */
function start(options: Partial<WatchOptions> = {}) {
  const told: Reload[] = [];
  const waiting: ((reload: Reload) => void)[] = [];
  const first = load();
  if (first.config === null) throw new Error("the first configuration must load");
  watching = watchConfig({
    load: () => load(),
    running: first.config,
    files: first.files,
    hasContent: fileHasContent,
    signals,
    debounceMs: 20,
    onWatchFailure: (where, error) => {
      throw new Error(`cannot watch ${where}`, { cause: error });
    },
    onReload: (reload) => {
      const taker = waiting.shift();
      if (taker === undefined) told.push(reload);
      else taker(reload);
    },
    ...options,
  });
  const next = (): Promise<Reload> => {
    const ready = told.shift();
    return ready === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(ready);
  };
  return { next, told, watch: watching };
}

describe("a changed file", () => {
  it("is applied, with what changed", async () => {
    write("config.yaml", "litellm_settings: { rpm: 5 }\n");
    const { next } = start();
    write("config.yaml", "litellm_settings: { rpm: 6 }\n");
    const reload = await next();
    expect(reload).toMatchObject({
      kind: "changed",
      changed: ["globalLimits"],
      needRestart: [],
      warnings: "",
      config: { globalLimits: { rpm: 6 } },
    });
  });

  it("is seen when an editor renames a new file over it, again and again", async () => {
    write("config.yaml", "litellm_settings: { rpm: 1 }\n");
    const { next } = start();
    for (const rpm of [2, 3, 4]) {
      write("config.yaml~", `litellm_settings: { rpm: ${rpm} }\n`);
      renameSync(at("config.yaml~"), at("config.yaml"));
      expect(await next()).toMatchObject({ kind: "changed", config: { globalLimits: { rpm } } });
    }
  });

  it("may be an included one, in another folder, also one that was just added", async () => {
    mkdirSync(at("parts"));
    write("config.yaml", "litellm_settings: { rpm: 1 }\n");
    write("parts/a.yaml", "litellm_settings: { tpm: 1 }\n");
    const { next } = start();
    write("config.yaml", "include: [parts/a.yaml]\nlitellm_settings: { rpm: 1 }\n");
    expect(await next()).toMatchObject({ kind: "changed", config: { globalLimits: { tpm: 1 } } });
    write("parts/a.yaml", "litellm_settings: { tpm: 2 }\n");
    expect(await next()).toMatchObject({ kind: "changed", config: { globalLimits: { tpm: 2 } } });
  });

  it("may be .env, also when it was not there before", async () => {
    write("config.yaml", "general_settings: { master_key: os.environ/LITELLM_MASTER_KEY }\n");
    write(".env", "LITELLM_MASTER_KEY=sk-First_7hM2vQ9xRkP4wZ8t\n");
    const { next } = start();
    write(".env", "LITELLM_MASTER_KEY=sk-Second_3kL8pWq2nVb6yTc9\n");
    expect(await next()).toMatchObject({
      kind: "changed",
      changed: ["masterKey"],
      config: { masterKey: "sk-Second_3kL8pWq2nVb6yTc9" },
    });
  });

  it("may appear after a start without any", async () => {
    const { next } = start();
    write("config.yaml", "litellm_settings: { rpm: 6 }\n");
    expect(await next()).toMatchObject({ kind: "changed", config: { globalLimits: { rpm: 6 } } });
  });

  it("is seen through the link that a mounted volume swaps", async () => {
    mkdirSync(at("..v1"));
    mkdirSync(at("..v2"));
    write("..v1/config.yaml", "litellm_settings: { rpm: 1 }\n");
    write("..v2/config.yaml", "litellm_settings: { rpm: 2 }\n");
    symlinkSync("..v1", at("..data"));
    symlinkSync("..data/config.yaml", at("config.yaml"));
    const { next } = start();
    symlinkSync("..v2", at("..data_tmp"));
    renameSync(at("..data_tmp"), at("..data"));
    expect(await next()).toMatchObject({ kind: "changed", config: { globalLimits: { rpm: 2 } } });
  });
});

describe("a broken file", () => {
  it("keeps the old configuration and says why; the repaired one is applied", async () => {
    write("config.yaml", "litellm_settings: { rpm: 5 }\n");
    const { next } = start();
    write("config.yaml", "litellm_settings: { rpm: x }\n");
    const refused = await next();
    expect(refused.kind === "refused" && refused.rendered).toBe(
      'config.yaml:1:26 error   rpm: "x" is not a whole number\n >  1 | litellm_settings: { rpm: x }\n1 error.   Check without starting: shin config check config.yaml',
    );
    write("config.yaml", "litellm_settings: { rpm: 7 }\n");
    expect(await next()).toMatchObject({ kind: "changed", config: { globalLimits: { rpm: 7 } } });
  });

  it("that vanishes for a moment is waited for", async () => {
    write("config.yaml", "litellm_settings: { rpm: 5 }\n");
    const timers: (() => void)[] = [];
    const { next, told } = start({
      startTimer: (callback) => {
        timers.push(callback);
        return () => {};
      },
    });
    rmSync(at("config.yaml"));
    await expect.poll(() => timers.length).toBe(1);
    timers.shift()?.();
    expect([told, timers.length]).toEqual([[], 1]);
    write("config.yaml", "litellm_settings: { rpm: 9 }\n");
    timers.shift()?.();
    expect(await next()).toMatchObject({ kind: "changed", config: { globalLimits: { rpm: 9 } } });
  });

  it("that stays away changes nothing: the defaults would be wide open", async () => {
    write("config.yaml", "general_settings: { allowed_ips: [10.0.0.0/8] }\n");
    const { next } = start({ graceMs: 40 });
    rmSync(at("config.yaml"));
    expect(await next()).toMatchObject({
      kind: "refused",
      rendered: expect.stringContaining("the file is gone"),
    });
  });
});

describe("SIGHUP", () => {
  it("reloads at once and answers even when nothing changed", () => {
    write("config.yaml", "litellm_settings: { rpm: 5 }\n");
    const { told } = start();
    signals.emit("SIGHUP");
    expect(told).toEqual([{ kind: "unchanged" }]);
    write("config.yaml", "\n\n# moved down\nlitellm_settings: { rpm: 5 }\n");
    signals.emit("SIGHUP");
    expect(told.at(-1)).toEqual({ kind: "unchanged" });
  });

  it("does nothing any more after close", () => {
    const { told, watch } = start();
    watch.close();
    signals.emit("SIGHUP");
    expect([told, signals.listenerCount("SIGHUP")]).toEqual([[], 0]);
  });
});

describe("settings that need a restart", () => {
  it("are named, keep their running values, and the rest is applied", () => {
    write("config.yaml", "litellm_settings: { rpm: 5 }\n");
    const { watch } = start();
    write(
      ".env",
      "PORT=4100\nHOST=0.0.0.0\nSHIN_WORKERS=2\nREDIS_URL=redis://h\nDATABASE_URL=postgres://u@h/d\nSHIN_DATA_DIR=other\n",
    );
    write("config.yaml", "litellm_settings: { rpm: 6 }\n");
    const reload = watch.reload();
    expect(reload).toMatchObject({
      kind: "changed",
      changed: ["globalLimits"],
      config: {
        port: 4000,
        host: "127.0.0.1",
        workers: 1,
        databaseUrl: null,
        dataDir: at(".data"),
        globalLimits: { rpm: 6 },
      },
    });
    expect(reload.kind === "changed" && [...reload.needRestart].sort()).toEqual([
      "HOST",
      "PORT",
      "REDIS_URL or UPSTASH_REDIS_REST_URL",
      "SHIN_DATA_DIR",
      "SHIN_WORKERS",
      "database_url",
    ]);
    expect(watch.reload()).toEqual({ kind: "unchanged" });
  });

  it("a moved line in model_list is no change", () => {
    const models =
      "model_list:\n  - { model_name: a, litellm_params: { model: gpt-4, api_key: os.environ/NOT_SET } }\n";
    write("config.yaml", models);
    const { watch } = start();
    write("config.yaml", `# a comment\n${models}`);
    expect(watch.reload()).toEqual({ kind: "unchanged" });
    write("config.yaml", models.replace("gpt-4", "gpt-4o"));
    expect(watch.reload()).toMatchObject({ kind: "changed", changed: ["deployments"] });
  });
});

it("a folder that cannot be watched is reported, not fatal", () => {
  const failures: string[] = [];
  start({
    files: [path.join(folder, "gone", "config.yaml")],
    onWatchFailure: (where) => void failures.push(path.basename(where)),
  });
  expect(failures).toEqual(["gone"]);
});

it("files that cannot be read are a fault of their own", () => {
  mkdirSync(at("config.yaml"));
  expect(load().problems.map((problem) => problem.message)).toEqual([
    "config.yaml cannot be read: it is a folder",
  ]);
});
