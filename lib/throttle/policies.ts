/**
 * The named policies of the throttle, as data: what is guarded, how often it may be done, and who is counted. They
 * protect sign-in, set-up, the key API and privacy endpoints from guessing and flooding; what calls of models may use is
 * the admission's business. Numbers are defaults: `general_settings.throttle` changes them by name.
 */

export interface ThrottleLimit {
  /** How often in any `windowMs`. */
  readonly limit: number;
  readonly windowMs: number;
}

export interface ThrottlePolicy extends ThrottleLimit {
  /** What one count belongs to. */
  readonly per: "caller" | "ip" | "account";
  /** For the documentation and for refusals: `too many ...`. */
  readonly what: string;
}

const MINUTE_MS = 60_000;

export const THROTTLE_POLICIES = {
  key_api: { limit: 3_000, windowMs: MINUTE_MS, per: "caller", what: "requests to the key API" },
  privacy: { limit: 60, windowMs: MINUTE_MS, per: "caller", what: "requests to the privacy endpoints" },
  master_key: { limit: 60, windowMs: MINUTE_MS, per: "ip", what: "refused keys at the key API" },
  authentication: { limit: 100, windowMs: MINUTE_MS, per: "ip", what: "refused keys" },
  sign_in: { limit: 20, windowMs: MINUTE_MS, per: "ip", what: "attempts to sign in" },
  sign_in_account: {
    limit: 5,
    windowMs: MINUTE_MS,
    per: "account",
    what: "attempts to sign in to one account",
  },
  // Six digits: at five tries a minute, day and night, somebody who has the password would be in within a few weeks.
  second_factor: {
    limit: 20,
    windowMs: 60 * MINUTE_MS,
    per: "account",
    what: "second factors tried for one account",
  },
  file_link: { limit: 30, windowMs: MINUTE_MS, per: "ip", what: "files asked for by a link" },
  set_up: { limit: 10, windowMs: MINUTE_MS, per: "ip", what: "attempts to set up" },
} as const satisfies Record<string, ThrottlePolicy>;

export type ThrottleName = keyof typeof THROTTLE_POLICIES;

/** What is in force; null is `off`. */
export type ThrottleLimits = Readonly<Record<ThrottleName, ThrottleLimit | null>>;

/** The limits of an untouched configuration. */
export function defaultThrottle(): ThrottleLimits {
  return THROTTLE_POLICIES;
}

export function isThrottleName(name: string): name is ThrottleName {
  return Object.hasOwn(THROTTLE_POLICIES, name);
}
