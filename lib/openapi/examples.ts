/** Example bodies for the API reference: short, right, and the same on every page. */
import type { OpenApiDocument } from "./document.ts";
import type { Operation } from "./operations.ts";
import type { Json } from "./schemas.ts";

/** A good first body, where the required fields alone would not show what the route is for. */
const BODIES: Readonly<Record<string, unknown>> = {
  postChatCompletions: { model: "gpt-3.5-turbo", messages: [{ role: "user", content: "Hello" }] },
  postCompletions: { model: "gpt-3.5-turbo", prompt: "Hello" },
  postEmbeddings: { model: "text-embedding-3-small", input: "Hello" },
  postModerations: { input: "Hello" },
  postKeyGenerate: {
    key_alias: "mobile-app",
    models: ["gpt-3.5-turbo"],
    max_budget: 10,
    duration: "30d",
    rpm_limit: 60,
  },
  postKeyServiceAccountGenerate: { key_alias: "nightly-report", team_id: "TEAM" },
  postKeyUpdate: { key: "KEY", rpm_limit: 120 },
  postKeyRegenerate: { key: "KEY", grace_period: "24h" },
  postKeyDelete: { keys: ["KEY"] },
  deleteKeyDelete: { key: "KEY" },
  postKeyBulkUpdate: { keys: [{ key: "KEY", blocked: true }] },
  postConsoleKeysBulk: { keys: ["KEY"], act: { kind: "disable" } },
  postUserNew: {
    user_email: "ana@example.com",
    user_role: "internal_user",
    max_budget: 20,
    budget_duration: "30d",
  },
  postUserUpdate: { user_id: "USER", max_budget: 50 },
  postTeamNew: { team_alias: "search", models: ["gpt-3.5-turbo"], max_budget: 200, budget_duration: "30d" },
  postTeamMemberAdd: { team_id: "TEAM", member: { role: "user", user_id: "USER" } },
  postTeamMemberUpdate: { team_id: "TEAM", user_id: "USER", max_budget_in_team: 20 },
  postTeamMemberDelete: { team_id: "TEAM", user_id: "USER" },
  postBudgetNew: { budget_id: "trial", max_budget: 5, budget_duration: "30d", rpm_limit: 20 },
  postBudgetUpdate: { budget_id: "trial", max_budget: 10 },
  postBudgetRequests: {
    kind: "key",
    id: "KEY_ID",
    amount: 20,
    until: "7d",
    reason: "The demo on Friday runs on the large model.",
  },
  postBudgetRequestsByIdApprove: { amount: 20, until: "7d" },
  postBudgetRequestsByIdDecline: { reason: "not this month" },
  postExports: { source: "usage", format: "csv", start_date: "2026-11-01" },
  postModelTest: { id: "MODEL_ID" },
  postCustomerNew: { user_id: "customer-42", max_budget: 5 },
  postEndUserNew: { user_id: "customer-42", max_budget: 5 },
  postCustomerUpdate: { user_id: "customer-42", max_budget: 10 },
  postEndUserUpdate: { user_id: "customer-42", max_budget: 10 },
  postTagNew: { name: "batch", max_budget: 50, budget_duration: "30d" },
  postTagUpdate: { name: "batch", max_budget: 80 },
  postSpendCalculate: { model: "gpt-3.5-turbo", messages: [{ role: "user", content: "Hello" }] },
  postComplianceRun: { checks: ["https_works"] },
  postComplianceAttest: {
    check: "database_encrypted",
    statement: "The volume is encrypted with LUKS",
    document: "runbooks/disks.md",
    valid_days: 365,
  },
  postPrivacyContentsByIdUnlock: { reason: "The customer complains about this very answer." },
  postPrivacyContentsByIdApprove: { unlock: "UNLOCK_ID" },
  postComplianceWaive: { check: "backups", reason: "moves to the new cluster this week", valid_days: 14 },
  postModelNew: {
    model_name: "gpt-4",
    litellm_params: { model: "openai/gpt-4", api_key: "os.environ/OPENAI_API_KEY" },
  },
};

/** The body that the reference shows for an operation; undefined when it has none. */
export function exampleBody(operation: Operation, { components }: OpenApiDocument): unknown {
  const { operationId, requestBody } = operation;
  if (Object.hasOwn(BODIES, operationId)) return BODIES[operationId];
  if (requestBody === undefined) return undefined;
  return example(resolved(requestBody.content["application/json"].schema, components.schemas));
}

/** A schema that may be a reference, as itself. */
export function resolved(schema: Json, schemas: Readonly<Record<string, Json>>): Json {
  const ref = schema["$ref"];
  return typeof ref === "string" ? (schemas[ref.split("/").at(-1) ?? ""] ?? {}) : schema;
}

/** The required members alone. */
function example(schema: Json): unknown {
  const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : [];
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, Json>>;
  return Object.fromEntries(required.map((name) => [name, sample(name, properties[name] ?? {})]));
}

function sample(name: string, schema: Json): unknown {
  const type = Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"];
  const choices = schema["enum"];
  if (Array.isArray(choices)) return choices[0];
  if (type === "array") return [sample(name, (schema["items"] ?? {}) as Json)];
  if (type === "integer" || type === "number") return 1;
  if (type === "boolean") return true;
  if (type === "object") return example(schema);
  if (/email$/.test(name)) return "ana@example.com";
  return name.replace(/_ids?$|s$/, "").toUpperCase();
}
