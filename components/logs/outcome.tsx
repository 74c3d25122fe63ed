/** How a call ended, in a badge and in words. */
import { Badge, type Tone } from "../ui/badge.tsx";

const WORDS: Readonly<Record<string, { tone: Tone; label: string }>> = {
  ok: { tone: "good", label: "OK" },
  refused: { tone: "warn", label: "Denied" },
  failed: { tone: "bad", label: "Failed" },
  timeout: { tone: "bad", label: "Timed out" },
  client_closed: { tone: "neutral", label: "Client left" },
  interrupted: { tone: "bad", label: "Interrupted" },
};

export interface Ending {
  readonly outcome: string | null;
  readonly status: number | null;
  readonly code: string | null;
  readonly rule: string | null;
}

export function OutcomeBadge({ outcome, status }: Pick<Ending, "outcome" | "status">) {
  const look =
    outcome === null
      ? { tone: "accent" as const, label: "Running" }
      : (WORDS[outcome] ?? { tone: "neutral" as const, label: outcome });
  return (
    <Badge tone={look.tone} dot>
      {look.label}
      {status !== null && <span className="num font-normal">{status}</span>}
    </Badge>
  );
}

const WHOSE: Readonly<Record<string, string>> = {
  gateway: "gateway",
  model: "model",
  deployment: "deployment",
  provider: "provider",
  key: "key",
  user: "user",
  team: "team",
  member: "team member",
  team_member: "team member",
  end_user: "end user",
  tag: "tag",
  organization: "organization",
};

const WHAT: Readonly<Record<string, string>> = {
  rpm: "requests a minute",
  tpm: "tokens a minute",
  rph: "requests an hour",
  tph: "tokens an hour",
  rpd: "requests a day",
  tpd: "tokens a day",
  parallel: "requests at a time",
};

const CODES: Readonly<Record<string, string>> = {
  model_not_allowed: "the key may not use this model",
  team_model_not_allowed: "the team may not use this model",
  user_model_not_allowed: "the user may not use this model",
  model_not_found: "there is no such model",
  budget_exceeded: "a budget is used up",
  rate_limit_exceeded: "a limit was reached",
  no_deployments: "no deployment was free",
  invalid_request: "the request was not valid",
  upstream_error: "the provider failed",
  upstream_auth: "the provider refused its credential",
  upstream_unreachable: "the provider could not be reached",
  provider_unusable: "the provider is not set up",
  timeout: "it took too long",
  client_closed: "the client went away",
  no_db_connection: "the database was away",
};

/** `the key's limit of requests a minute` for the rule that refused; else what the error code means. */
export function reasonOf({ rule, code }: Pick<Ending, "rule" | "code">): string | null {
  if (rule) {
    const [what = ""] = rule.split("_").slice(-1);
    const kind = rule.slice(0, -(what.length + 1)).replace(/_model$/, "");
    const whose = `the ${WHOSE[kind] ?? kind.replaceAll("_", " ")}'s`;
    const model = rule.includes("_model_") ? " for this model" : "";
    if (what === "budget") return `${whose} budget${model} is used up`;
    return WHAT[what] ? `${whose} limit of ${WHAT[what]}${model}` : rule.replaceAll("_", " ");
  }
  if (code === null) return null;
  return CODES[code] ?? code.replaceAll("_", " ");
}
