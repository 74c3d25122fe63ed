/**
 * Limits that few owners have, as a body names them: windows of an hour and a day, ceilings of single models, further
 * budgets, a raise for a while. Keys, users, teams, end users, tags and tiers take them all.
 */
import { z } from "zod";
import { ceiling, duration, usd } from "#lib/api-fields.ts";
import { formatDuration, readDuration } from "#lib/config/duration.ts";
import { sameSpan } from "./span.ts";
import { readInstant } from "./until.ts";

const MOST_MODELS = 500;
const MOST_BUDGETS = 10;

const model = z
  .string()
  .min(1, "must not name a model without a name")
  .max(256, "names a model with more than 256 characters");
const count = z.int("must be a whole number").min(0, "must be 0 or more").max(1e15, "is too large");

const byModel = <V extends z.ZodType>(value: V) =>
  z
    .record(model, value, "must map models to their limits")
    .refine((map) => Object.keys(map).length <= MOST_MODELS, `must name at most ${MOST_MODELS} models`)
    .nullish();

const BUDGET_FORM = 'must be dollars or {"max_budget": 10, "budget_duration": "1d"}';

/** A budget in any of LiteLLM's spellings; without a duration it is for life. */
const budget = z.preprocess(
  (value) => (typeof value === "number" || typeof value === "string" ? { max_budget: value } : value),
  z
    .strictObject(
      { max_budget: usd, budget_limit: usd, budget_duration: duration, time_period: duration },
      BUDGET_FORM,
    )
    .transform((sent, context) => {
      const max = sent.max_budget ?? sent.budget_limit;
      const span = sent.budget_duration ?? sent.time_period ?? null;
      const differs =
        (sent.budget_limit ?? max) !== max || ((sent.time_period ?? span) !== span && span !== null);
      if (max === undefined || max === null || differs) {
        context.addIssue({
          code: "custom",
          message: differs ? "says two different things: send max_budget and budget_duration" : BUDGET_FORM,
        });
        return z.NEVER;
      }
      // `1 Day` and `1d` name one counter: another spelling must not begin with nothing spent.
      const read = span === null ? null : readDuration(span);
      return { maxNanoUsd: String(max), duration: read && formatDuration(read) };
    }),
);

const budgets = z
  .array(budget, "must be a list of budgets")
  .max(MOST_BUDGETS, `must hold at most ${MOST_BUDGETS} budgets`)
  .refine(
    (list) =>
      list.every(
        (one, index) => !list.slice(0, index).some((other) => sameSpan(one.duration, other.duration)),
      ),
    "holds two budgets of the same duration: keep the lower one",
  )
  .nullish();

const until = z
  .string("must be an instant such as 2026-12-31T00:00:00Z or a duration such as 7d")
  .refine(
    (text) => readInstant(text) !== null || readDuration(text) !== null,
    "must be an instant such as 2026-12-31T00:00:00Z or a duration such as 7d",
  )
  .nullish();

/** Beside `limitFields` in a schema; `finerColumns` makes the column of them. */
export const finerFields = {
  rph_limit: ceiling,
  rpd_limit: ceiling,
  tph_limit: ceiling,
  tpd_limit: ceiling,
  model_rpm_limit: byModel(count),
  model_tpm_limit: byModel(count),
  model_max_budget: byModel(budget),
  budget_limits: budgets,
  reservation: z.enum(["strict", "estimate"], 'must be "strict" or "estimate"').nullish(),
  temp_budget_increase: usd,
  temp_budget_expiry: until,
};

export type FinerFields = Partial<z.infer<z.ZodObject<typeof finerFields>>>;
