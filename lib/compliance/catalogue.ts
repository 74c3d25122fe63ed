/** Every check there is, in the order in which pages and reports show them. */
import type { Check } from "./check.ts";
import { AUDIT_CHECKS } from "./checks/audit.ts";
import { CONTENT_CHECKS } from "./checks/content.ts";
import { HTTPS_CHECKS } from "./checks/https.ts";
import { KEY_CHECKS } from "./checks/keys.ts";
import { LIMIT_CHECKS } from "./checks/limits.ts";
import { MASTER_KEY_CHECKS } from "./checks/master-key.ts";
import { NETWORK_CHECKS } from "./checks/network.ts";
import { ORGANISATION_CHECKS } from "./checks/organisation.ts";
import { PRIVACY_CHECKS } from "./checks/privacy.ts";
import { SECRET_CHECKS } from "./checks/secrets.ts";
import { TESTED_CHECKS } from "./checks/tested.ts";
import { WATCHING_CHECKS } from "./checks/watching.ts";

export const CHECKS: readonly Check[] = [
  ...MASTER_KEY_CHECKS,
  ...SECRET_CHECKS,
  ...HTTPS_CHECKS,
  ...NETWORK_CHECKS,
  ...LIMIT_CHECKS,
  ...KEY_CHECKS,
  ...TESTED_CHECKS,
  ...WATCHING_CHECKS,
  ...AUDIT_CHECKS,
  ...PRIVACY_CHECKS,
  ...CONTENT_CHECKS,
  ...ORGANISATION_CHECKS,
];

const BY_ID: ReadonlyMap<string, Check> = new Map(CHECKS.map((check) => [check.id, check]));

/** Undefined: there is none of this name. */
export function findCheck(id: string): Check | undefined {
  return BY_ID.get(id);
}

export const FRAMEWORKS = ["guide", "gdpr", "soc2"] as const;
export type Framework = (typeof FRAMEWORKS)[number];

/** Whether a check says something about a framework. */
export function isOf(check: Check, framework: Framework): boolean {
  return check[framework].length > 0;
}

/** `manual`: nothing but a person's word. `both`: looked at, and a word counts where that ends. */
export function kindOf(check: Check): "automatic" | "manual" | "both" {
  if (check.needs === "person") return "manual";
  return check.ask === null ? "automatic" : "both";
}
