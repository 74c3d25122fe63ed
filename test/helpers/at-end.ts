/** When what a helper has opened is closed again: with the test that asked for it, or with the file. */
import { afterAll, onTestFinished, TestRunner } from "vitest";

/**
 * Closes with the test that runs, or with all of the file's when none does (at the top of a file, in a `describe`). What
 * `afterAll` is given during a test is never called where files share a process, and stays open until that ends.
 */
export function atEnd(close: () => unknown): void {
  if (TestRunner.getCurrentTest() === undefined) afterAll(async () => void (await close()));
  else onTestFinished(async () => void (await close()));
}
