/** How spans and log records are sent: in batches, one after the other. */
import { MOST_WAITING } from "./outbox.ts";

/** Small enough that writing one as JSON takes about two milliseconds. */
export const BATCH = 512;
export const SEND_MS = 1_000;
/** A receiver that takes longer has failed. */
export const EXPORT_MS = 10_000;
/** Flushing sends all that waits at once. */
export const MOST_REQUESTS = 2 * (MOST_WAITING / BATCH);
