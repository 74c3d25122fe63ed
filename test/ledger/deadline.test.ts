/** The deadline of what asks the database: it is the database's time that counts, and not that of a process which stands still. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { DatabaseAwayError, withDeadline } from "#lib/database-health.ts";

/** As loading a page's code does: nothing else of this process moves. */
function standStill(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

test("an answer that came while the process stood still counts", async () => {
  const asked = async () => {
    await nextTurn();
    standStill(120);
    // The answer lies there, and is read with the next turns.
    await nextTurn();
    return nextTurn("here");
  };
  expect(await withDeadline(asked, 40)).toBe("here");
});

test("no answer is an error after the time", async () => {
  const fromMs = performance.now();
  await expect(withDeadline(() => new Promise(() => undefined), 40)).rejects.toThrow(DatabaseAwayError);
  expect(performance.now() - fromMs).toBeGreaterThanOrEqual(38);
});
