/**
 * `npm test`: installs and builds when needed, runs every test, and ends with the line "N passed, N failed, N skipped".
 * Arguments go to Vitest. With REQUIRE_SERVICES=1 an absent service is a failure.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, fail, findNode, install, root } from "./prepare.js";

const folder = mkdtempSync(join(tmpdir(), "shin-test-summary-"));
try {
  await install();
  await build();
  const code = await runVitest(join(folder, "summary.json"));
  process.exitCode = report(code);
} catch (error) {
  rmSync(folder, { recursive: true, force: true });
  fail(error);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs Vitest to its end; its exit code, 1 when a signal ended it. */
function runVitest(summaryFile) {
  const node = findNode();
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const env = { ...process.env, SHIN_TEST_SUMMARY: summaryFile, NEXT_TELEMETRY_DISABLED: "1" };
  const child = spawn(node, [vitest, "run", "--root", root, ...process.argv.slice(2)], {
    stdio: "inherit",
    env,
  });
  // Vitest ends its run on these, and the database with it; we wait for that. Ctrl-C in a terminal reaches it by itself.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** Prints the last lines and returns the exit code: red is never reported as green. */
function report(code) {
  let { passed, failed, skipped, absent } = { passed: 0, failed: 0, skipped: 0, absent: "" };
  try {
    ({ passed, failed, skipped, absent } = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")));
  } catch (error) {
    console.log(`the test run ended before it could be counted: ${error.message}`);
  }
  if (code !== 0 && failed === 0) failed = 1; // the set-up, the configuration or Vitest itself
  if (absent !== "") console.log(absent);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 ? code || 1 : code;
}
