/** How the tests run: real processes, one embedded Postgres for all of them, no watching. */
import { defineConfig } from "vitest/config";

/**
 * Folders whose files share a process: they run the gateway in process, and loading it anew for each file would take
 * longer than the tests do. A process loads all its files before it runs the first, and most open a gateway at the top;
 * so the folders go in groups. Whatever is not named here kills processes, builds, takes ports or counts what a process
 * holds, and each such file has a process of its own.
 */
const TOGETHER = {
  keys: ["keys", "models"],
  people: ["people", "end-users", "tags", "reviews", "budget-requests"],
  console: ["console", "config", "openapi", "throttle"],
  limits: ["limits", "properties"],
  admission: ["admission", "budgets"],
  spend: ["spend", "ledger", "exports", "jobs", "gateway"],
  privacy: ["privacy", "audit"],
  assurance: ["compliance", "incident", "alerts", "callbacks", "telemetry"],
};
const filesOf = (folders: readonly string[]) => folders.map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    watch: false,
    pool: "forks",
    globalSetup: ["./test/helpers/global-setup.ts"],
    reporters: ["default", "./test/helpers/summary-reporter.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    // What ran leaves no trace in the environment of what runs next.
    unstubEnvs: true,
    restoreMocks: true,
    // Real services on a busy machine; the report names each test that needed it.
    retry: 1,
    projects: [
      {
        extends: true,
        test: {
          name: "alone",
          include: ["test/**/*.test.ts"],
          exclude: filesOf(Object.values(TOGETHER).flat()),
        },
      },
      ...Object.entries(TOGETHER).map(([name, folders]) => ({
        extends: true as const,
        test: { name, isolate: false, include: filesOf(folders) },
      })),
    ],
  },
});
