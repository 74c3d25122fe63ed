/** What one look of `shin doctor` ends with. */

export interface Finding {
  /** What was looked at: `disk`, `database`. */
  readonly check: string;
  readonly state: "ok" | "fault" | "skipped";
  /** What was seen. */
  readonly message: string;
  /** What to do about it; null where nothing is to be done. */
  readonly advice: string | null;
}

export const ok = (check: string, message: string): Finding => ({
  check,
  state: "ok",
  message,
  advice: null,
});

export const fault = (check: string, message: string, advice: string): Finding => ({
  check,
  state: "fault",
  message,
  advice,
});

export const skipped = (check: string, message: string): Finding => ({
  check,
  state: "skipped",
  message,
  advice: null,
});
