/**
 * `npm test`: installs and builds when needed, runs every test, and ends with the line "N passed, N failed, N skipped".
 * Arguments go to Vitest. With REQUIRE_SERVICES=1 an absent service is a failure.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, fail, findNode, install, root } from "./prepare.js";

/** How long Vitest may take to close after its last test, in milliseconds: embedded databases stop in that time. */
const CLOSING_MS = 60_000;
/** Windows knows no process groups; there the child alone is ended. */
const ownGroup = process.platform !== "win32";

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

/**
 * Runs Vitest to its end; its exit code, 1 when a signal ended it. It runs in a process group of its own, which ends
 * with it: a server that a failed set-up left running would hold Vitest, or whoever reads our output, for ever.
 */
async function runVitest(summaryFile) {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const child = spawn(findNode(), [vitest, "run", "--root", root, ...process.argv.slice(2)], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, SHIN_TEST_SUMMARY: summaryFile, NEXT_TELEMETRY_DISABLED: "1" },
    detached: ownGroup,
  });
  // Vitest ends its run on these, and the database with it; we wait for that.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
  const watch = setInterval(() => {
    const waited = Date.now() - (statSync(summaryFile, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (waited < CLOSING_MS) return;
    console.log("the tests are done, but something they started did not end; it is ended now");
    endGroup(child);
  }, 1_000);
  try {
    return await ended;
  } finally {
    clearInterval(watch);
    endGroup(child);
  }
}

/** Ends what is left of the child's process group; one that is gone already is fine. */
function endGroup(child) {
  try {
    process.kill(ownGroup ? -child.pid : child.pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
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
