/** Column shapes that several tables share. */
import { bigint, timestamp } from "drizzle-orm/pg-core";

/** An instant in UTC. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

/** Integer nano-dollars. */
export const nanoUsd = (name: string) => bigint(name, { mode: "bigint" });

/** A count that may pass 2^31. */
export const count = (name: string) => bigint(name, { mode: "number" });
