/** The settings of limits and budgets that hold for everyone: the gateway, its model groups, providers and end users. */
import type { Budget, GroupLimits, Limits } from "./config.ts";
import { NO_LIMITS } from "./config.ts";
import { durationText, oneOf, text, wholeNumber } from "./parsers.ts";
import { tokenPrice, usd } from "./price.ts";
import type { Fault, Parser, Setting } from "./setting.ts";
import { settingsOf } from "./setting.ts";
import type { Settings } from "./settings.ts";
import { show, type YamlNode } from "./tree.ts";

const setting = settingsOf<Settings>();

const LIMIT_NAMES: Readonly<Record<string, keyof Limits>> = {
  rpm: "rpm",
  tpm: "tpm",
  rph: "rph",
  tph: "tph",
  rpd: "rpd",
  tpd: "tpd",
  max_parallel_requests: "maxParallelRequests",
};
/** LiteLLM writes the same two in two ways. */
const BUDGET_NAMES: Readonly<Record<string, "max" | "duration">> = {
  max_budget: "max",
  budget_limit: "max",
  budget_duration: "duration",
  time_period: "duration",
};

/** `{ name: { ... } }`, each value read by `read`. */
function mapOf<T>(
  form: string,
  read: (node: YamlNode, fault: Fault) => T | undefined,
): Parser<Record<string, T>> {
  return {
    form,
    parse(node, fault) {
      if (node.kind !== "map") return fault(`${show(node)} is not a map`);
      const pairs: [string, T][] = [];
      for (const { key, value } of node.entries) {
        const item = read(value, fault);
        if (item !== undefined) pairs.push([key, item]);
      }
      return pairs.length === node.entries.length ? Object.fromEntries(pairs) : undefined;
    },
  };
}

interface Draft {
  limits: { -readonly [K in keyof Limits]: Limits[K] };
  max: bigint | null;
  duration: string | null;
}

function readDraft(node: YamlNode, fault: Fault, withLimits: boolean): Draft | undefined {
  if (node.kind !== "map") return fault(`${show(node)} is not a map`, node);
  const draft: Draft = { limits: { ...NO_LIMITS }, max: null, duration: null };
  let good = true;
  for (const { key, value } of node.entries) {
    const limit = withLimits ? LIMIT_NAMES[key] : undefined;
    const at: Fault = (message, place) => fault(`${key}: ${message}`, place ?? value);
    const said = limit
      ? assign(draft.limits, limit, wholeNumber().parse(value, at))
      : BUDGET_NAMES[key] === "max"
        ? assign(draft, "max", usd().parse(value, at))
        : BUDGET_NAMES[key] === "duration"
          ? assign(draft, "duration", durationText().parse(value, at))
          : fault(`"${key}" is not known here — write ${known(withLimits)}`, value);
    good &&= said === true;
  }
  return good ? draft : undefined;
}

function assign<T, K extends keyof T>(target: T, key: K, value: T[K] | undefined): boolean {
  if (value === undefined) return false;
  target[key] = value;
  return true;
}

function known(withLimits: boolean): string {
  const limits = withLimits ? Object.keys(LIMIT_NAMES) : [];
  return [...limits, ...Object.keys(BUDGET_NAMES)].join(", ");
}

function budgetOf({ max, duration }: Draft): Budget | null {
  return max === null ? null : { maxNanoUsd: max, duration };
}

const groupLimits = mapOf<GroupLimits>("map: model_name -> limits", (node, fault) => {
  const draft = readDraft(node, fault, true);
  return draft && { limits: draft.limits, budget: budgetOf(draft) };
});

const providerBudgets = mapOf<Budget>("map: provider -> budget_limit and time_period", (node, fault) => {
  const draft = readDraft(node, fault, false);
  if (!draft) return undefined;
  return budgetOf(draft) ?? fault("has no budget_limit — write an amount in dollars", node);
});

/** Every setting of this kind that is acted on. */
export const LIMIT_SETTINGS: readonly Setting<Settings>[] = [
  setting("globalRph", wholeNumber(), {
    at: ["litellm_settings.rph"],
    default: "no limit",
    doc: "Requests an hour over all keys.",
  }),
  setting("globalTph", wholeNumber(), {
    at: ["litellm_settings.tph"],
    default: "no limit",
    doc: "Tokens an hour over all keys.",
  }),
  setting("globalRpd", wholeNumber(), {
    at: ["litellm_settings.rpd"],
    default: "no limit",
    doc: "Requests a day over all keys.",
  }),
  setting("globalTpd", wholeNumber(), {
    at: ["litellm_settings.tpd"],
    default: "no limit",
    doc: "Tokens a day over all keys.",
  }),
  setting("globalSoftBudgetNanoUsd", usd(), {
    at: ["litellm_settings.soft_budget"],
    default: "none",
    doc: "Dollars of all keys together in a budget period after which an alert is raised; nothing is refused.",
  }),
  setting("groupLimits", groupLimits, {
    at: ["router_settings.model_group_limits"],
    default: "none",
    doc: "Limits and budget of a model_name over all its deployments: rpm, tpm, rph, tph, rpd, tpd, max_parallel_requests, max_budget, budget_duration.",
  }),
  setting("providerBudgets", providerBudgets, {
    at: ["router_settings.provider_budget_config"],
    default: "none",
    doc: "Dollars to spend at a provider in a period: `{ openai: { budget_limit: 100, time_period: 1d } }`. A spent one is passed over while another provider serves the model.",
  }),
  setting("endUserBudgetNanoUsd", usd(), {
    at: ["litellm_settings.max_end_user_budget"],
    default: "no limit",
    doc: "Dollars that each end user may spend who has no budget of its own.",
  }),
  setting("endUserBudgetId", text(), {
    at: ["litellm_settings.max_end_user_budget_id"],
    default: "none",
    doc: "The tier (`/budget/new`) of each end user that has none of its own.",
  }),
  setting("reservation", oneOf(["estimate", "strict"]), {
    at: ["litellm_settings.reservation"],
    default: "estimate",
    doc: "`strict`: a call under a budget may produce no more than the budget affords; its max_tokens is lowered, and x-shin-max-tokens says to what. Keys can set their own.",
  }),
  setting("unpriced", oneOf(["allow", "deny", "default"]), {
    at: ["general_settings.unpriced_models", "general_settings.unpriced"],
    default: "allow",
    doc: "Calls of a model without a known price: let them through for nothing and flag the record, refuse them, or charge the default price.",
  }),
  setting("unpricedInputPrice", tokenPrice(), {
    at: ["general_settings.unpriced_input_cost_per_token"],
    default: "none",
    doc: "Dollars a prompt token under `unpriced_models: default`.",
  }),
  setting("unpricedOutputPrice", tokenPrice(), {
    at: ["general_settings.unpriced_output_cost_per_token"],
    default: "none",
    doc: "Dollars an output token under `unpriced_models: default`.",
  }),
];
