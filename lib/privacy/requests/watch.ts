/** Every hour: requests whose job is done are finished, and those that fall due are told of, a week before and once late. */
import { openRequestsDueBefore, type PrivacyRequestRow } from "#db/queries/privacy-requests.ts";
import { raiseAlert } from "../../alerts/alerts.ts";
import type { JobDeps } from "../../jobs/deps.ts";
import type { JobKind } from "../../jobs/job.ts";
import { requestDeps } from "./deps.ts";
import { settleRequests } from "./settle.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
export const DUE_SOON_MS = 7 * DAY_MS;

export const watchRequests: JobKind<JobDeps> = {
  kind: "privacy.watch",
  title: () => "Looking after privacy requests",
  attempts: 3,
  cancellable: false,
  everyMs: () => HOUR_MS,
  run: async ({ deps }) => {
    const settled = await settleRequests(requestDeps(deps, () => {}));
    const nowMs = deps.clock.now();
    let alerts = 0;
    for (const row of await openRequestsDueBefore(deps.db, new Date(nowMs + DUE_SOON_MS)))
      if (await remind(deps, row, nowMs)) alerts += 1;
    return { settled, alerts };
  },
};

/** Once for each due date and, when it is late, once a day. It names the request and never the person. */
function remind(deps: JobDeps, row: PrivacyRequestRow, nowMs: number): Promise<boolean> {
  const due = row.dueAt.toISOString().slice(0, 10);
  const leftDays = Math.ceil((row.dueAt.getTime() - nowMs) / DAY_MS);
  const late = row.dueAt.getTime() <= nowMs;
  const message = late
    ? `A request for ${row.type} is overdue: it was due on ${due} and stands at "${row.step}".`
    : `A request for ${row.type} is due in ${leftDays} ${leftDays === 1 ? "day" : "days"}, on ${due}. It stands at "${row.step}".`;
  return raiseAlert(deps, {
    kind: late ? "privacy_overdue" : "privacy_due",
    subject: { kind: "privacy_request", id: row.id, name: row.type },
    cause: late ? `${due} ${new Date(nowMs).toISOString().slice(0, 10)}` : due,
    message,
    data: { due, leftDays, step: row.step },
  });
}
