/** Callbacks as metrics: what each destination took, how often it did not, and how far behind it is. */
import type { CallbackStanding } from "../callbacks/standing.ts";
import type { Exposition } from "./exposition.ts";

export function writeCallbacks(into: Exposition, standing: readonly CallbackStanding[]): void {
  const family = (
    name: string,
    type: "counter" | "gauge",
    help: string,
    of: "delivered" | "failures" | "lag_seconds",
  ) =>
    into.numbers(
      name,
      type,
      help,
      standing.flatMap((one) => {
        const value = one[of];
        return value === null ? [] : [[{ destination: one.destination }, value] as const];
      }),
    );
  family(
    "shin_callback_records_delivered_total",
    "counter",
    "Records of calls that a destination took.",
    "delivered",
  );
  family(
    "shin_callback_failures_total",
    "counter",
    "Batches that a destination did not take; each is sent again.",
    "failures",
  );
  family(
    "shin_callback_lag_seconds",
    "gauge",
    "Age of the moment up to which a destination has all records.",
    "lag_seconds",
  );
}
