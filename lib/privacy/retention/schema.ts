/** The stores whose rows end by themselves, and the body that sets their days. */
import { z } from "zod";

export const RETENTION_STORES = ["records", "content", "sessions", "alerts", "keys", "requests"] as const;
export type RetentionStore = (typeof RETENTION_STORES)[number];

export const MOST_DAYS = 3650;

const days = z
  .int("must be a whole number of days")
  .min(1, "must be at least 1 day")
  .max(MOST_DAYS, `must be at most ${MOST_DAYS} days`)
  .nullable();

const each = Object.fromEntries(RETENTION_STORES.map((store) => [store, days.optional()])) as Record<
  RetentionStore,
  z.ZodOptional<typeof days>
>;

/** `{"days": {"records": 30}}`; null: the default again. */
export const retentionSchema = z.strictObject({ days: z.strictObject(each) });
