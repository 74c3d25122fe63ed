/** The end user and the tags of a call: who they are, whether they may call, and what holds for them. */
import type { Named } from "#lib/admission/rules.ts";
import type { Config, Deployment } from "#lib/config/config.ts";
import { accessGroupsOf, listAllows } from "#lib/keys/access.ts";
import type { SubjectPolicy } from "#lib/keys/caller.ts";
import { pseudonym } from "#lib/privacy/anonymise.ts";
import { type ErrorCode, GatewayError } from "../errors.ts";
import type { Call } from "./call.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";

type Kind = Named["kind"];
type Who = Pick<Named, "kind" | "id">;

const NOBODY: readonly Named[] = [];

/** Those that the call names, as they stand in the records; without any, at no cost. */
export function namedBy(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  call: Call,
): readonly Named[] | Promise<readonly Named[]> {
  const { caller } = context;
  if (call.endUser === null && call.tags.length + caller.tags.length === 0) return NOBODY;
  const tags = new Set([...caller.tags, ...call.tags]);
  const who: Who[] = [...tags].map((id) => ({ kind: "tag", id }));
  if (call.endUser !== null) who.push({ kind: "end_user", id: call.endUser });
  const found = lookUp(deps, context.policy.config, who);
  return found instanceof Promise ? found.then(allowed) : allowed(found);
}

/** @throws GatewayError when one of them may not call at all */
function allowed(found: readonly Named[]): readonly Named[] {
  for (const { id, kind, policy } of found) {
    if (policy?.blocked) refuseBlocked(kind, id);
    if (policy?.restricted)
      throw new GatewayError(
        "processing_restricted",
        "The processing of this end user's data is restricted at their request, so the gateway takes no calls that name them.",
        { param: "user" },
      );
  }
  return found;
}

/** Their policies, blocked or not: at once when all of them are known. */
export function lookUp(
  deps: Pick<GatewayDeps, "subjects" | "pseudonymKey">,
  config: Config,
  who: readonly Who[],
): readonly Named[] | Promise<readonly Named[]> {
  const named = (policies: readonly (SubjectPolicy | null)[]) =>
    who.map(({ id, kind }, index) => ({
      kind,
      id: kind === "end_user" ? recordedEndUser(deps, config.anonymizeLogs, id) : id,
      policy: policies[index] ?? null,
    }));
  const policies = who.map(({ id, kind }) => deps.subjects.find(kind, id, config));
  return policies.every(isKnown) ? named(policies) : Promise.all(policies).then(named);
}

function isKnown<T>(value: T | Promise<T>): value is T {
  return !(value instanceof Promise);
}

/** An end user as records and counters name it. */
export function recordedEndUser(
  deps: Pick<GatewayDeps, "pseudonymKey">,
  anonymous: boolean,
  id: string,
): string {
  return anonymous ? pseudonym(id, deps.pseudonymKey) : id;
}

const WORDS: Readonly<Record<Kind, string>> = { end_user: "end user", tag: "tag" };
const BLOCKED: Readonly<Record<Kind, ErrorCode>> = { end_user: "end_user_blocked", tag: "tag_blocked" };
const DENIED: Readonly<Record<Kind, ErrorCode>> = {
  end_user: "end_user_model_not_allowed",
  tag: "tag_model_not_allowed",
};

/** Named as the call names it: an alias may be a person's name, and is not every key's to read. */
function refuseBlocked(kind: Kind, id: string): never {
  throw new GatewayError(BLOCKED[kind], `The ${WORDS[kind]} "${id}" is blocked.`, {
    param: kind === "tag" ? "tags" : "user",
  });
}

/** @throws GatewayError when one of them may not use the model; calls that name nobody pay nothing for it */
export function requireNamedAccess(
  named: readonly Named[],
  model: string,
  deployments: readonly Deployment[],
): void {
  if (named.length === 0) return;
  const accessGroups = accessGroupsOf(deployments);
  for (const { kind, policy } of named) {
    if (!policy || listAllows(policy.models, model, accessGroups, null)) continue;
    const message = `${WORDS[kind]} not allowed to access model. Tried to access ${model}`;
    throw new GatewayError(DENIED[kind], message, { param: "model" });
  }
}
