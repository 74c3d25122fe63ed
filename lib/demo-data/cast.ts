/** The people, teams and keys of the made-up traffic. Addresses end in example.com, which nobody can own. */
import type { GenerateBody } from "#lib/keys/schema.ts";

export const DEMO_TEAMS = ["Payments", "Search", "Support", "Mobile", "Data"] as const;

export const DEMO_PEOPLE = [
  { email: "noor@example.com", alias: "Noor Haddad", teams: ["Payments", "Support"] },
  { email: "ines@example.com", alias: "Inês Carvalho", teams: ["Search"] },
  { email: "tom@example.com", alias: "Tom Okafor", teams: ["Mobile", "Data"] },
] as const;

export interface DemoKey {
  readonly fields: Partial<Pick<GenerateBody, "budget_duration" | "duration" | "rpm_limit" | "tpm_limit">> & {
    readonly key_alias: string;
    readonly max_parallel_requests?: number;
  };
  /** Whole dollars. */
  readonly budgetUsd?: number;
  readonly team?: (typeof DEMO_TEAMS)[number];
  /** Address of a person. */
  readonly person?: string;
  /** Which of the gateway's models it may call, by their place in the list; absent: all. */
  readonly models?: readonly number[];
  readonly blocked?: boolean;
  /** Share of the calls. */
  readonly weight: number;
}

export const DEMO_KEYS: readonly DemoKey[] = [
  {
    fields: { key_alias: "checkout-assistant", budget_duration: "30d", rpm_limit: 600 },
    budgetUsd: 400,
    team: "Payments",
    weight: 8,
  },
  {
    fields: { key_alias: "search-ranking", budget_duration: "30d", tpm_limit: 250_000 },
    budgetUsd: 90,
    team: "Search",
    models: [1, 3],
    weight: 10,
  },
  {
    fields: { key_alias: "support-copilot", budget_duration: "1mo" },
    budgetUsd: 900,
    team: "Support",
    weight: 9,
  },
  {
    fields: { key_alias: "mobile-app", rpm_limit: 120, max_parallel_requests: 8 },
    team: "Mobile",
    models: [0, 1],
    weight: 6,
  },
  { fields: { key_alias: "nightly-evals", duration: "5d" }, team: "Search", weight: 3 },
  {
    fields: { key_alias: "data-warehouse-labels", budget_duration: "7d" },
    budgetUsd: 60,
    team: "Data",
    models: [2],
    weight: 4,
  },
  { fields: { key_alias: "docs-chat" }, person: "noor@example.com", models: [1], weight: 3 },
  {
    fields: { key_alias: "ines-laptop", budget_duration: "30d" },
    budgetUsd: 25,
    person: "ines@example.com",
    weight: 2,
  },
  { fields: { key_alias: "staging" }, team: "Mobile", blocked: true, weight: 0 },
  { fields: { key_alias: "hackday", duration: "90d" }, person: "tom@example.com", weight: 1 },
  {
    fields: { key_alias: "fraud-review", budget_duration: "30d" },
    budgetUsd: 120,
    team: "Payments",
    models: [0],
    weight: 3,
  },
  { fields: { key_alias: "newsletter-drafts" }, person: "noor@example.com", weight: 0 },
];
