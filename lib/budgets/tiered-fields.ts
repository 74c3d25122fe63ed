/** What end users and tags are given alike: limits and budgets of their own, or those of a tier. */
import { limitFields, text } from "../api-fields.ts";
import { finerFields } from "./finer-fields.ts";

export const tieredFields = {
  ...limitFields,
  ...finerFields,
  budget_id: text(256).min(1, "must not be empty").nullish(),
};
