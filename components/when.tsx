/** A moment as how long ago or ahead it is, with the moment itself for who points at it. */
import { ago, moment } from "./format.ts";

export function When({
  at,
  nowMs,
  timezone,
}: {
  /** Null: it never was, or never will be. */
  at: Date | null;
  nowMs: number;
  timezone: string;
}) {
  return (
    <span className="whitespace-nowrap text-soft" title={at ? moment(at, timezone) : ""}>
      {at ? ago(at, nowMs) : "Never"}
    </span>
  );
}
