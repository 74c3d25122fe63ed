/**
 * The self-test: real calls through the front door with throw-away keys, and what each must be answered with. It cleans up
 * after itself, and its refusals are counted as nobody's.
 */
import { failed, type Outcome, passed, unknown } from "./check.ts";
import type { FrontDoor, ProbeAnswer } from "./front-door.ts";
import type { ProbeDeps } from "./probe-keys.ts";
import { type ProbeKeys, withProbeKeys } from "./probe-keys.ts";

export type Subject = "authentication" | "revocation" | "authorisation" | "limit" | "validation" | "spoofing";

/** One call and what it had to be answered with. */
export interface Probe {
  readonly subject: Subject;
  /** `no key`, `a key that has expired`. */
  readonly what: string;
  readonly expected: number;
  readonly answered: number;
  readonly durationMs: number;
}

export interface SelfTest {
  readonly probes: readonly Probe[];
  verdict(subject: Subject): Outcome;
}

/** Nobody's addresses (RFC 5737): what is refused is not held against a client. */
const NOWHERE = "192.0.2.77";
const ELSEWHERE = "198.51.100.77";

type Ask = (
  subject: Subject,
  what: string,
  expected: number,
  call: Parameters<FrontDoor>[0],
) => Promise<ProbeAnswer>;

/** Sends every call of the self-test. @throws what making and removing the keys throws */
export async function runSelfTest(deps: ProbeDeps & { readonly frontDoor: FrontDoor }): Promise<SelfTest> {
  const probes: Probe[] = [];
  const ask: Ask = async (subject, what, expected, call) => {
    const answer = await deps.frontDoor(call);
    const { durationMs, status } = answer;
    probes.push({ subject, what, expected, answered: status, durationMs });
    return answer;
  };
  const peer = insideOf(deps.config.allowedIps) ?? NOWHERE;
  await withProbeKeys(deps, async (keys) => {
    await authentication(ask, keys, peer);
    await limits(ask, keys, peer);
    await validation(ask, keys, peer);
    await spoofing(ask, keys, deps.config.allowedIps);
  });
  return { probes, verdict: (subject) => verdictOf(probes, subject) };
}

async function authentication(ask: Ask, keys: ProbeKeys, peer: string): Promise<void> {
  const models = (key: string | null) => ({ method: "GET", path: "/v1/models", key, peer }) as const;
  await ask("authentication", "no key", 401, models(null));
  await ask("authentication", "a wrong key", 401, models(keys.wrong));
  await ask("authentication", "a key that has expired", 401, models(keys.expired));
  await ask("authentication", "a key that is good", 200, models(keys.plain));
  await ask("authorisation", "a plain key that lists audit events", 403, {
    method: "GET",
    path: "/audit",
    key: keys.plain,
    peer,
  });
  await ask("authorisation", "a plain key that makes a person", 403, {
    method: "POST",
    path: "/user/new",
    key: keys.plain,
    peer,
    body: { user_email: "self-test@invalid.example" },
  });
  await ask("revocation", "a key before it is revoked", 200, models(keys.toRevoke));
  await keys.revoke();
  await ask("revocation", "the same key after it was revoked", 401, models(keys.toRevoke));
  await ask("authentication", "a key that was revoked", 401, models(keys.toRevoke));
}

/** With a model that costs nothing one call of two passes; elsewhere the key may make none, and no provider is reached. */
async function limits(ask: Ask, keys: ProbeKeys, peer: string): Promise<void> {
  if (keys.model === null) return;
  const call = chat(keys.limited, keys.model, peer);
  if (keys.free) await ask("limit", "the one call that a key may make in a minute", 200, call);
  await ask("limit", keys.free ? "the call after it" : "a call of a key that may make none", 429, call);
}

async function validation(ask: Ask, keys: ProbeKeys, peer: string): Promise<void> {
  const model = keys.model ?? "self-test";
  const messages = [{ role: "user", content: "self-test" }];
  const send = (what: string, body: Record<string, unknown>) =>
    ask("validation", what, 400, {
      method: "POST",
      path: "/v1/chat/completions",
      key: keys.plain,
      peer,
      body,
    });
  await send("a model that is not there", { model: "self-test-no-such-model", messages });
  await send("messages that are text", { model, messages: "self-test" });
  await send("max_tokens in words", { model, messages, max_tokens: "many" });
  await send("less than no max_tokens", { model, messages, max_tokens: -1 });
}

async function spoofing(ask: Ask, keys: ProbeKeys, allowed: readonly string[] | null): Promise<void> {
  const inside = insideOf(allowed);
  if (allowed === null || inside === null) return;
  await ask("spoofing", "an address that is not allowed, with one that is in X-Forwarded-For", 403, {
    method: "GET",
    path: "/v1/models",
    key: keys.plain,
    peer: ELSEWHERE,
    headers: { "x-forwarded-for": inside, "x-real-ip": inside, forwarded: `for=${inside}` },
  });
}

function chat(key: string, model: string, peer: string) {
  const body = { model, messages: [{ role: "user", content: "self-test" }], max_tokens: 1 };
  return { method: "POST", path: "/v1/chat/completions", key, peer, body } as const;
}

/** An address that the allowlist lets in; null: there is no list, or it lets nobody in. */
function insideOf(allowed: readonly string[] | null): string | null {
  return allowed?.[0]?.split("/")[0] ?? null;
}

function verdictOf(probes: readonly Probe[], subject: Subject): Outcome {
  const own = probes.filter((probe) => probe.subject === subject);
  const facts = {
    calls: own.map(({ answered, durationMs, expected, what }) => ({
      what,
      expected,
      answered,
      ms: Math.round(durationMs),
    })),
  };
  const [wrong] = own.filter(({ answered, expected }) => answered !== expected);
  if (own.length === 0) return unknown("No call of this kind could be sent", facts);
  if (wrong)
    return failed(`${wrong.what} was answered ${wrong.answered}, and ${wrong.expected} was expected`, facts);
  return passed(
    `${own.length} calls answered as expected: ${own.map(({ answered, what }) => `${what} ${answered}`).join(", ")}`,
    facts,
  );
}
