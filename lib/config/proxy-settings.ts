/** The tables of `litellm_settings` and `router_settings`: global limits, time-outs, retries, routing. */
import { durationText, oneOf, text, timeSpan, toggle, wholeNumber } from "./parsers.ts";
import { usd } from "./price.ts";
import type { Parser, Setting } from "./setting.ts";
import { settingsOf } from "./setting.ts";
import type { Settings } from "./settings.ts";
import { show } from "./tree.ts";

const setting = settingsOf<Settings>();

const timezone: Parser<string> = {
  form: "time zone such as Europe/Berlin",
  parse(node, fault) {
    const value = text().parse(node, fault);
    if (value === undefined) return undefined;
    try {
      return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone;
    } catch (error) {
      // Intl throws RangeError for a zone that it does not know.
      if (!(error instanceof RangeError)) throw error;
      return fault(`${show(node)} is not a time zone — write UTC or Europe/Berlin`);
    }
  },
};

/** `{ gpt-4: other-group }`, or LiteLLM's long form `{ gpt-4: { model: other-group, hidden: true } }`. */
const groupAliases: Parser<Readonly<Record<string, string>>> = {
  form: "map: public name -> model_name",
  parse(node, fault) {
    if (node.kind !== "map") return fault(`${show(node)} is not a map`);
    const pairs: [string, string][] = [];
    for (const { key, value } of node.entries) {
      const target =
        value.kind === "map" ? value.entries.find((entry) => entry.key === "model")?.value : value;
      const name = target?.kind === "scalar" && target.value !== null ? String(target.value) : "";
      if (name === "") fault(`"${key}" must name a model_name`, value);
      else pairs.push([key, name]);
    }
    return Object.fromEntries(pairs);
  },
};

/** Every `litellm_settings` and `router_settings` name that is acted on. */
export const PROXY_SETTINGS: readonly Setting<Settings>[] = [
  setting("globalRpm", wholeNumber(), {
    at: ["litellm_settings.rpm"],
    default: "no limit",
    doc: "Requests a minute over all keys.",
  }),
  setting("globalTpm", wholeNumber(), {
    at: ["litellm_settings.tpm"],
    default: "no limit",
    doc: "Tokens a minute over all keys.",
  }),
  setting("globalBudgetNanoUsd", usd(), {
    at: ["litellm_settings.max_budget"],
    default: "no limit",
    doc: "Dollars that all keys together may spend in a budget period.",
  }),
  setting("globalBudgetDuration", durationText(), {
    at: ["litellm_settings.budget_duration"],
    default: "one period for ever",
    doc: "Length of the budget period.",
  }),
  setting("timezone", timezone, {
    at: ["litellm_settings.timezone"],
    default: "UTC",
    doc: "Time zone that budget periods begin in.",
  }),
  setting("maxTokens", wholeNumber({ min: 1 }), {
    at: ["litellm_settings.max_tokens"],
    default: "no limit",
    doc: "The most output tokens that a call may ask for.",
  }),
  setting("maxTokensPolicy", oneOf(["clamp", "refuse"]), {
    at: ["litellm_settings.max_tokens_policy"],
    default: "clamp",
    doc: "A call that asks for more: lower its max_tokens, or answer 400.",
  }),
  setting("defaultOutputTokens", wholeNumber({ min: 1 }), {
    at: ["litellm_settings.default_output_tokens"],
    default: "4096",
    doc: "Output tokens reserved in limits and budgets for a call without max_tokens.",
  }),
  setting("dropParams", toggle(), {
    at: ["litellm_settings.drop_params"],
    default: "false",
    doc: "Drop request parameters that the provider does not know, instead of answering 400.",
  }),
  setting("verbose", toggle(), {
    at: ["litellm_settings.set_verbose"],
    default: "false",
    doc: "Log at level debug, unless log_level says otherwise.",
  }),
  setting("requestTimeoutMs", timeSpan(), {
    at: ["router_settings.timeout", "litellm_settings.request_timeout"],
    whenBoth: "firstWins",
    default: "600",
    doc: "Longest time for a whole answer.",
  }),
  setting("streamTimeoutMs", timeSpan(), {
    at: ["router_settings.stream_timeout", "litellm_settings.stream_timeout"],
    whenBoth: "firstWins",
    default: "as timeout",
    doc: "Longest wait for the first byte of a stream.",
  }),
  setting("connectTimeoutMs", timeSpan({ maxMs: 600_000 }), {
    at: ["router_settings.connect_timeout", "litellm_settings.connect_timeout"],
    whenBoth: "firstWins",
    default: "10",
    doc: "Longest wait for a connection to the provider.",
  }),
  setting("idleTimeoutMs", timeSpan(), {
    at: ["router_settings.idle_timeout", "litellm_settings.idle_timeout"],
    whenBoth: "firstWins",
    default: "120",
    doc: "Longest silence inside an answer.",
  }),
  setting("numRetries", wholeNumber({ max: 100 }), {
    at: ["router_settings.num_retries", "litellm_settings.num_retries"],
    whenBoth: "firstWins",
    default: "2",
    doc: "Further attempts after a failed one, on another deployment where there is one; never after the first byte.",
  }),
  setting("allowedFails", wholeNumber({ max: 1_000_000 }), {
    at: ["router_settings.allowed_fails", "litellm_settings.allowed_fails"],
    whenBoth: "firstWins",
    default: "3",
    doc: "Failures in a minute after which a deployment rests.",
  }),
  setting("cooldownMs", timeSpan({ minMs: 0 }), {
    at: ["router_settings.cooldown_time", "litellm_settings.cooldown_time"],
    whenBoth: "firstWins",
    default: "5",
    doc: "How long it rests.",
  }),
  setting("modelGroupAlias", groupAliases, {
    at: ["router_settings.model_group_alias"],
    default: "none",
    doc: "Further public names for a model_name.",
  }),
  setting("routingHint", toggle(), {
    at: ["router_settings.routing_hint"],
    default: "false",
    doc: "rpm and tpm of a model steer the choice of deployment (as in LiteLLM) instead of refusing calls.",
  }),
];
