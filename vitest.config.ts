/** How the tests run: real processes, one embedded Postgres for all of them, no watching. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["node_modules/**", ".next/**", ".data/**"],
    watch: false,
    // A process for each file: tests kill, exhaust and re-read global state.
    pool: "forks",
    globalSetup: ["./test/helpers/global-setup.ts"],
    reporters: ["default", "./test/helpers/summary-reporter.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    // What ran leaves no trace in the environment of what runs next.
    unstubEnvs: true,
    restoreMocks: true,
  },
});
