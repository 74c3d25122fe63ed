/** Rows -> policies: a subject's own values, and its tier's where it has none. Pure. */
import type { CallerRow, CeilingsRow, MemberRow, OwnerRow, TierRow } from "#db/queries/callers.ts";
import type { SubjectRow } from "#db/queries/subjects.ts";
import type { MemberLimits } from "#db/schema/people.ts";
import { type Limits, NO_LIMITS } from "#lib/config/config.ts";
import { type Caller, type SubjectPolicy, unlimited } from "./caller.ts";

export function toCaller(row: CallerRow): Caller {
  const { key, member, owner, team, tier } = row;
  const tierIds = [tier?.id, member?.tier?.id].filter((id) => id !== undefined);
  return {
    kind: "key",
    keyId: row.id,
    secretHash: row.secret_hash,
    alias: row.alias,
    role: owner?.role === "proxy_admin" ? "admin" : owner?.role === "proxy_admin_viewer" ? "viewer" : "user",
    userId: row.user_id,
    teamId: row.team_id,
    organizationId: row.organization_id,
    expiresAtMs: row.expires_at?.getTime() ?? null,
    aliases: row.aliases,
    allowedRoutes: row.allowed_routes,
    tags: row.tags,
    tierIds,
    key: keyPolicy(key, tier),
    user: owner && toPolicy(owner),
    team: team && toPolicy(team),
    member: team && row.user_id !== null ? memberPolicy(row.user_id, team, member) : null,
    teamRole: member === null ? null : member.role === "admin" ? "admin" : "user",
    teamPermissions: team?.member_permissions ?? [],
    ...(row.restricted ? { restricted: true } : {}),
    ...contentsOf(row.store_prompts),
  };
}

/** What is neither true nor absent refuses: nobody's texts are kept by a misspelt no. */
function contentsOf(wishes: readonly unknown[]): Pick<Caller, "contents"> {
  const said = wishes.filter((wish) => wish !== null && wish !== undefined);
  if (said.length === 0) return {};
  return { contents: said.every((wish) => wish === true || wish === "true") ? "wanted" : "refused" };
}

/** The policy of an end user or a tag; null when neither it nor a tier says anything. */
export function namedPolicy(id: string, { own, restricted, tier }: SubjectRow): SubjectPolicy | null {
  if (!own && !tier && !restricted) return null;
  const plain = own ? toPolicy(own) : unlimited(id, id);
  const policy: SubjectPolicy = restricted ? { ...plain, restricted: true } : plain;
  return tier ? withTier(policy, tier, true) : policy;
}

export function keyPolicy(key: OwnerRow, tier: TierRow | null): SubjectPolicy {
  const policy = toPolicy(key);
  return tier ? withTier(policy, tier, false) : policy;
}

export function toPolicy(row: OwnerRow): SubjectPolicy {
  return {
    ...limitsOf(row),
    id: row.id,
    name: row.name ?? row.id,
    models: row.models,
    maxBudgetNanoUsd: nano(row.max_budget),
    softBudgetNanoUsd: nano(row.soft_budget),
    budgetDuration: row.budget_duration,
    tierBudget: null,
    finer: row.limits,
    blocked: row.blocked,
  };
}

/** A member's own values, else its tier's, else the team's defaults for members. */
export function memberPolicy(
  userId: string,
  team: OwnerRow & { member_defaults: MemberLimits },
  member: MemberRow | null,
): SubjectPolicy {
  const defaults = team.member_defaults;
  const own = member?.max_budget ?? null;
  const tier = member?.tier ?? null;
  const ofTier = tier?.max_budget ?? null;
  return {
    ...unlimited(`${team.id}/${userId}`, `${userId} in ${team.name ?? team.id}`),
    ...(tier ? limitsOf(tier) : {}),
    rpm: member?.rpm_limit ?? tier?.rpm_limit ?? defaults.rpm ?? null,
    tpm: member?.tpm_limit ?? tier?.tpm_limit ?? defaults.tpm ?? null,
    finer: tier?.limits ?? {},
    softBudgetNanoUsd: nano(tier?.soft_budget ?? null),
    maxBudgetNanoUsd: nano(own ?? ofTier ?? defaults.maxBudgetNanoUsd ?? null),
    budgetDuration:
      own !== null
        ? (member?.budget_duration ?? defaults.budgetDuration ?? null)
        : ofTier !== null
          ? (tier?.budget_duration ?? null)
          : (defaults.budgetDuration ?? null),
  };
}

/** @param sameSpend the tier's budget takes the place of the main one; else it is counted apart, from when it was given */
function withTier(policy: SubjectPolicy, tier: TierRow, sameSpend: boolean): SubjectPolicy {
  const limits = limitsOf(tier);
  const merged: SubjectPolicy = {
    ...policy,
    ...mapLimits((name) => policy[name] ?? limits[name]),
    finer: { ...tier.limits, ...policy.finer },
  };
  const max = nano(tier.max_budget);
  const soft = nano(tier.soft_budget);
  if (policy.maxBudgetNanoUsd !== null || (max === null && soft === null)) return merged;
  if (sameSpend)
    return {
      ...merged,
      maxBudgetNanoUsd: max,
      softBudgetNanoUsd: policy.softBudgetNanoUsd ?? soft,
      budgetDuration: tier.budget_duration,
    };
  return max === null
    ? merged
    : { ...merged, tierBudget: { maxNanoUsd: max, softNanoUsd: soft, duration: tier.budget_duration } };
}

function limitsOf(row: CeilingsRow): Limits {
  const { rph = null, tph = null, rpd = null, tpd = null } = row.limits;
  return {
    rpm: row.rpm_limit,
    tpm: row.tpm_limit,
    rph,
    tph,
    rpd,
    tpd,
    maxParallelRequests: row.max_parallel_requests,
  };
}

function mapLimits(value: (name: keyof Limits) => number | null): Limits {
  return {
    ...NO_LIMITS,
    rpm: value("rpm"),
    tpm: value("tpm"),
    rph: value("rph"),
    tph: value("tph"),
    rpd: value("rpd"),
    tpd: value("tpd"),
    maxParallelRequests: value("maxParallelRequests"),
  };
}

function nano(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}
