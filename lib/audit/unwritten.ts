/** Tells a change that failed because its audit event could not be written: it did not happen, and may be asked for again. */

/** @param error as thrown by a transaction, with whatever was wrapped around it */
export function isUnwrittenEvent(error: unknown): boolean {
  for (let at = error; typeof at === "object" && at !== null; at = Reflect.get(at, "cause")) {
    // Postgres names the table of a broken constraint, and the statement of a trigger that failed, also at the commit.
    const place = `${textOf(at, "table_name")} ${textOf(at, "where")}`;
    if (/\baudit_(pending|events|chain)\b/.test(place)) return true;
    if (/insert into "?audit_pending\b/i.test(textOf(at, "query"))) return true;
  }
  return false;
}

function textOf(error: object, name: string): string {
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? value : "";
}
