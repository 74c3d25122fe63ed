/**
 * Counts for the last line of `npm test`, and a line about what could not be tried. A file that could not be loaded and an
 * error outside any test count as failures: nothing red may end as "0 failed".
 */
import { writeFileSync } from "node:fs";
import type { Reporter, TestModule, Vitest } from "vitest/node";
import { absentServices, networkNamespaces } from "./services.ts";

// biome-ignore lint/style/noDefaultExport: Vitest loads reporters by their default export.
export default class SummaryReporter implements Reporter {
  #vitest: Vitest | null = null;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
    const retried: string[] = [];
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed += 1;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (test.diagnostic()?.flaky === true) retried.push(test.fullName);
        if (state !== "pending") counts[state] += 1;
        else counts.failed += 1; // began or was due, and never ended
      }
    }
    for (const name of retried) this.#vitest?.logger.log(`passed at the second try: ${name}`);
    const absent = [
      ...(absentServices.length === 0
        ? []
        : [`not installed, so their tests were not run: ${absentServices.join(", ")}`]),
      ...(absentServices.length > 0 || networkNamespaces()
        ? []
        : ["no network namespaces for this user, so the firewall's packets were not tried"]),
    ].join("\n");
    const file = process.env.SHIN_TEST_SUMMARY;
    if (file !== undefined) writeFileSync(file, JSON.stringify({ ...counts, absent }));
    else
      this.#vitest?.logger.log(
        `${absent === "" ? "" : `${absent}\n`}${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
      );
  }
}
