/**
 * Whose limits and budgets the measured calls stand under. All of them are far away: they are checked and taken on each
 * call and never refuse one.
 */
import { MODEL } from "./workload.ts";

export interface Subjects {
  /** Lines of config.yaml: below the deployment's `litellm_params`, `litellm_settings`, `general_settings`, `router_settings`. */
  readonly deployment: readonly string[];
  readonly gateway: readonly string[];
  readonly general: readonly string[];
  readonly router: readonly string[];
  /** Admin calls before the key is made: path and body. */
  readonly made: readonly (readonly [path: string, body: object])[];
  /** What the key is made with. */
  readonly key: object;
  /** What each call carries besides its key. */
  readonly headers: Readonly<Record<string, string>>;
}

const REQUESTS = 1_000_000_000;
const TOKENS = 1_000_000_000_000;
const SLOTS = 1_000_000;
const USD = 1_000_000_000;

const windows = { rpm_limit: REQUESTS, tpm_limit: TOKENS };

/** The gateway as most use it: windows of the gateway, the deployment and the key, and a budget of the key. */
export const PLAIN_KEY: Subjects = {
  deployment: [`rpm: ${REQUESTS}`, `tpm: ${TOKENS}`],
  gateway: [`rpm: ${REQUESTS}`, `tpm: ${TOKENS}`],
  general: [],
  router: [],
  made: [],
  key: { models: [MODEL], ...windows, max_budget: USD },
  headers: {},
};

const owner = { ...windows, max_parallel_requests: SLOTS, max_budget: USD, budget_duration: "30d" };
const budgetLines = [`max_budget: ${USD}`, "budget_duration: 30d"];

/**
 * Every kind of subject that a call can fall under has windows and a budget of its own: gateway, model group, deployment,
 * provider (a budget, it has no windows), key, key and model, user, team, team member, end user, tag. A key inside a team
 * is charged to the team and not to its user, so of the user's only the windows count.
 */
export const ALL_SUBJECTS: Subjects = {
  deployment: [...PLAIN_KEY.deployment, ...budgetLines],
  gateway: [...PLAIN_KEY.gateway, ...budgetLines],
  general: [`global_max_parallel_requests: ${SLOTS}`],
  router: [
    "model_group_limits:",
    `  ${MODEL}: { rpm: ${REQUESTS}, tpm: ${TOKENS}, max_budget: ${USD}, budget_duration: 30d }`,
    "provider_budget_config:",
    `  openai: { budget_limit: ${USD}, time_period: 30d }`,
  ],
  made: [
    ["/user/new", { user_id: "bench-user", auto_create_key: false, ...owner }],
    [
      "/team/new",
      {
        team_id: "bench-team",
        ...owner,
        team_member_rpm_limit: REQUESTS,
        team_member_tpm_limit: TOKENS,
        team_member_budget: USD,
        members_with_roles: [{ role: "user", user_id: "bench-user" }],
      },
    ],
    ["/customer/new", { user_id: "bench-customer", ...owner }],
    ["/tag/new", { name: "bench-tag", ...owner }],
  ],
  key: {
    models: [MODEL],
    ...owner,
    model_rpm_limit: { [MODEL]: REQUESTS },
    model_tpm_limit: { [MODEL]: TOKENS },
    model_max_budget: { [MODEL]: { budget_limit: USD, time_period: "30d" } },
    user_id: "bench-user",
    team_id: "bench-team",
    tags: ["bench-tag"],
  },
  headers: { "x-litellm-customer-id": "bench-customer" },
};
