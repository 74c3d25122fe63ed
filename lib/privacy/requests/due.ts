/** When a request must be answered: within one calendar month, which two more may follow for a reason (GDPR, Art. 12(3)). */

export const EXTENSION_MONTHS = 2;

/** The same day `months` later in UTC, or the month's last day where it has no such day. */
export function addMonths(at: Date, months: number): Date {
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months + 1, 0)).getUTCDate();
  const moved = new Date(at);
  moved.setUTCDate(1);
  moved.setUTCMonth(at.getUTCMonth() + months);
  moved.setUTCDate(Math.min(at.getUTCDate(), last));
  return moved;
}

export function dueOf(receivedAt: Date): Date {
  return addMonths(receivedAt, 1);
}
