/** What an erasure leaves in place, and why: said in its certificate. */
import type { Certificate } from "./certificate.ts";
import type { Located } from "./locate.ts";

type Kept = Certificate["kept"][number];

const BOOKS = "accounts must be kept: a legal obligation";

/**
 * @param moved what stands under the pseudonym
 * @param events audit events that the person made or is the object of, sealed
 * @param clear audit events that name the person in clear
 */
export function keptThings(moved: Located, events: number, clear: number): Kept[] {
  const kept: Kept[] = [];
  const add = (store: string, what: string, why: string, until: string) =>
    void kept.push({ store, what, why, until });
  const { budget_spend: budgets = 0, spend_hourly: hours = 0, spend_records: records = 0 } = moved;
  if (records > 0)
    add(
      "spend_records",
      `${records} records: amount, tokens, model, team, key and hour`,
      BOOKS,
      "general_settings.data_retention_days",
    );
  if (hours > 0) add("spend_hourly", `${hours} hourly sums`, BOOKS, "as long as books must be kept");
  if (budgets > 0) add("budget_spend", `${budgets} sums of budgets`, BOOKS, "as long as books must be kept");
  if (events > 0)
    add(
      "audit_events",
      `${events} events: what was done, under the pseudonym; what they say of the person is sealed, and its key is destroyed`,
      "to prove who changed what: a legitimate interest",
      "as long as the audit log is kept, which ends nothing by age",
    );
  if (clear > 0)
    add(
      "audit_events",
      `${clear} events that name the person in clear: written before what is personal was sealed, or with the name in the middle of another text`,
      "events are chained and only ever added: a change of one would undo the proof of all that came after it (legal claims, Art. 17(3)(e))",
      "the day this database is replaced by one with a new audit log",
    );
  add(
    "backups",
    "backups of before",
    "they cannot be changed; one that is put back is cleaned before it serves",
    "the day each ages out, in the list of backups",
  );
  return kept;
}
