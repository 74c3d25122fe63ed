/** How the tests run: real processes, one embedded Postgres for all of them, no watching. */
import { defineConfig } from "vitest/config";

/** These kill processes, build, take ports or count what a process holds: each file has a process of its own. */
const ALONE = [
  "architecture.test.ts",
  "cli/**",
  "contract/**",
  "deploy/**",
  "documents/**",
  "e2e/**",
  "fuzz/**",
  "log*.test.ts",
  "metrics/**",
  "node/**",
  "reliability/**",
].map((path) => `test/${path}`);

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
    projects: [
      {
        extends: true,
        test: {
          name: "alone",
          include: ALONE.map((path) => path.replace(/\*\*$/, "**/*.test.ts")),
          // Processes, browsers and ports on a busy machine; the report names each test that needed it.
          retry: 1,
        },
      },
      {
        extends: true,
        // The gateway in process: loading it anew for each file would take longer than the tests do.
        test: { name: "together", isolate: false, include: ["test/**/*.test.ts"], exclude: ALONE },
      },
    ],
  },
});
