/**
 * How the tests run: real processes, one embedded Postgres for all of them, no watching.
 *
 * Most tests wait for something most of the time (a child that starts, a page, a poll), so three files run at once, even
 * on fewer cores. What a test promises in milliseconds it can only see while nothing else runs: those files go last, one
 * after another.
 */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/**
 * Folders whose files share processes: they run the gateway in process, and loading it anew for each file would take
 * longer than the tests do. Whatever is not named here kills processes, builds, takes ports or counts what a process
 * holds, and each such file has a process of its own.
 */
const TOGETHER = [
  ...[
    "access",
    "admission",
    "alerts",
    "audit",
    "budget-requests",
    "budgets",
    "callbacks",
    "compliance",
    "config",
  ],
  ...["console", "end-users", "exports", "gateway", "incident", "jobs", "keys", "ledger", "limits", "models"],
  ...["openapi", "people", "privacy", "properties", "reviews", "spend", "tags", "telemetry", "throttle"],
].map((folder) => `test/${folder}/**/*.test.ts`);

/** Files that measure how long something takes and promise less than a few seconds. */
const UNDISTURBED = [
  "contract/client-abort",
  "deploy/nginx",
  "deploy/rolling",
  "e2e/sign-in",
  "reliability/outage",
].map((name) => `test/${name}.test.ts`);

export default defineConfig({
  test: {
    watch: false,
    pool: "forks",
    globalSetup: ["./test/helpers/global-setup.ts"],
    reporters: ["default", "./test/helpers/summary-reporter.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 15_000, interval: 20 } },
    // What ran leaves no trace in the environment of what runs next.
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
    // Real services on a busy machine; the report names each test that needed it.
    retry: 1,
    // Never fewer than two: with one, Vitest loads all files that share a process before it runs the first, and each
    // opens a gateway at its top.
    maxWorkers: Math.max(3, availableParallelism()),
    projects: [
      {
        extends: true,
        test: { name: "alone", include: ["test/**/*.test.ts"], exclude: [...TOGETHER, ...UNDISTURBED] },
      },
      { extends: true, test: { name: "together", isolate: false, include: TOGETHER } },
      { extends: true, test: { name: "undisturbed", maxWorkers: 1, include: UNDISTURBED } },
    ],
  },
});
