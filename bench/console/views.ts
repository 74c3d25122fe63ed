/** What people look at, and how long it may take. */
import { RARE } from "./cast.ts";

export interface View {
  readonly name: string;
  readonly path: string;
  readonly mostMs: number;
}

/** What searches look for: ids that stand in records far back. */
export interface KnownIds {
  readonly ours: string;
  readonly theirs: string;
}

const SUMS_MS = 150;
const LIST_MS = 300;
const SEARCH_MS = 50;

export function views({ ours, theirs }: KnownIds): View[] {
  const usage = ["model", "team", "key", "user", "provider"].flatMap((by) =>
    ["30d", "90d"].map((range) => ({
      name: `Usage by ${by}, ${range}`,
      path: `/ui/usage?by=${by}&range=${range}`,
      mostMs: SUMS_MS,
    })),
  );
  const log = (name: string, query: string, mostMs = LIST_MS): View => ({
    name: `Logs, ${name}`,
    path: `/ui/logs?${query}`,
    mostMs,
  });
  return [
    { name: "Overview", path: "/ui/overview", mostMs: SUMS_MS },
    ...usage,
    { name: "Usage, requests", path: "/ui/usage?metric=requests", mostMs: SUMS_MS },
    { name: "Usage, tokens", path: "/ui/usage?metric=tokens", mostMs: SUMS_MS },
    { name: "Budgets", path: "/ui/budgets", mostMs: SUMS_MS },
    { name: "Budgets of teams", path: "/ui/budgets?kind=team", mostMs: SUMS_MS },
    { name: "A key that calls most", path: "/ui/keys/key_seed_0001", mostMs: SUMS_MS },
    log("last hour", "range=1h"),
    log("last 24 hours", "range=24h"),
    log("last 7 days", "range=7d"),
    log("last 30 days", "range=30d"),
    log("answered", "range=30d&outcome=ok"),
    log("failed", "range=30d&outcome=failed"),
    log("denied", "range=30d&outcome=refused"),
    log("the busiest key", "range=30d&key=key_seed_0001"),
    log("the busiest key, failed", "range=30d&key=key_seed_0001&outcome=failed"),
    log("a key with few calls", `range=30d&key=${RARE.keyId}`),
    log("a key without a call", `range=30d&key=${RARE.unusedKeyId}`),
    log("a busy user", "range=30d&user=usr_seed_002"),
    log("a user with few calls", `range=30d&user=${RARE.userId}`),
    log("a user and a model that never met", "range=30d&user=usr_seed_100&model=seed-model-08"),
    log("a busy model", "range=30d&model=seed-model-08"),
    log("a busy model, failed", "range=30d&model=seed-model-08&outcome=failed"),
    log("a model with few calls", `range=30d&model=${RARE.model}`),
    log("denied, page 40", "range=30d&outcome=refused&page=40"),
    log("search by our id", `q=${ours}`, SEARCH_MS),
    log("search by the provider's id", `q=${theirs}`, SEARCH_MS),
    log("search by an id that nobody has", "q=trace-of-nobody", SEARCH_MS),
  ];
}
