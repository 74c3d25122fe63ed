/** The job that looks every ten minutes for keys that do far more than they are used to. */
import { keysAboveHabit } from "#db/queries/key-habits.ts";
import { raiseAlert } from "#lib/alerts/alerts.ts";
import type { JobDeps } from "#lib/jobs/deps.ts";
import type { JobKind } from "#lib/jobs/job.ts";

const EVERY_MS = 10 * 60_000;
/** Fewer calls in an hour are no sign of anything. */
const FLOOR = 100;

export const habitJob: JobKind<JobDeps> = {
  kind: "keys.habit",
  title: () => "Looking for unusual use of keys",
  attempts: 3,
  cancellable: false,
  everyMs: (deps) => (deps.policy().config.keyHabitFactor > 0 ? EVERY_MS : 0),
  run: async ({ deps }) => {
    const now = new Date(deps.clock.now());
    await deps.ledger.flush();
    const found = await keysAboveHabit(deps.sql, now, deps.policy().config.keyHabitFactor, FLOOR);
    for (const key of found) {
      const name = key.alias ?? (key.key_id === "master" ? "master key" : key.key_id);
      await raiseAlert(deps, {
        kind: "key_above_habit",
        subject: { kind: "key", id: key.key_id, name },
        // One a day, however many hours it goes on.
        cause: now.toISOString().slice(0, 10),
        message: `key "${name}" made ${key.calls} calls this hour; ${key.habit} are usual at this time`,
        data: { calls: key.calls, usual: key.habit },
      });
    }
    return { keys: found.length };
  },
};
