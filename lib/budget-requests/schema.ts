/** Bodies of the requests for more budget, for the console's forms as well. */
import { z } from "zod";
import { text, usd } from "../api-fields.ts";

const amount = usd.refine((value) => typeof value === "bigint" && value > 0n, "must be above 0");
const until = text(64).min(1, "is missing");

export const askBudgetSchema = z.object({
  kind: z.enum(["key", "user", "team"], "must be one of key, user, team"),
  id: text(256).min(1, "is missing"),
  /** Dollars on top of the budget. */
  amount,
  /** An instant, or a duration from now. */
  until,
  reason: text(1000).min(10, "must say why, in at least 10 characters"),
});

export const approveBudgetSchema = z.object({
  /** What is granted, which may be less than was asked for. */
  amount,
  until,
  reason: text(1000).nullish(),
});

export const declineBudgetSchema = z.object({
  reason: text(1000).min(3, "must say why: whoever asked reads it"),
});
