/** Bodies of the compliance API. */
import { z } from "zod";
import { text } from "#lib/api-fields.ts";

const check = text(64);
const sentence = (least: number) =>
  text(2000).trim().min(least, `must have at least ${least} characters, so that others understand it`);
const days = (most: number) =>
  z.int("must be a whole number of days").min(1, "must be 1 or more").max(most, `must be ${most} or less`);

/** The longest that a check may be set aside. */
export const MOST_WAIVED_DAYS = 180;

export const runSchema = z.object({
  /** Ids of checks; all of them when absent. */
  checks: z.array(check, "must be a list of checks").min(1, "must name a check").max(200).nullish(),
});

export const attestSchema = z.object({
  check,
  statement: sentence(10),
  /** Where the proof is: an address, a file's name and hash. */
  document: text(500).trim().nullish(),
  /** At most, and when absent, as long as the check lets a word hold. */
  valid_days: days(365).nullish(),
});

export const waiveSchema = z.object({ check, reason: sentence(10), valid_days: days(MOST_WAIVED_DAYS) });

/** Of an attestation or a waiver. */
export const withdrawSchema = z.object({ id: text(64) });

export const fixSchema = z.object({
  check,
  /** For a fix that changes several things: how many there are. */
  confirm: z.int("must be a whole number").nullish(),
});
