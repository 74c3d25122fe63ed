/** Checks that send real calls: authentication, revocation, validation of what comes in, and addresses that are not theirs. */
import { type Check, notApplicable } from "../check.ts";

const RUN = { id: "self_test", label: "Run the self-test" } as const;

const authentication: Check = {
  id: "authentication",
  title: "Authentication tested",
  requirement: "Test authentication",
  guide: ["post-1", "layer-2"],
  gdpr: ["32(1)(d)"],
  soc2: ["CC4.1", "CC6.1"],
  ask: null,
  fix: {
    steps: ["Run the self-test", "Every answer that is not as expected is a fault of the gateway: report it"],
    action: RUN,
  },
  needs: "gateway",
  daily: true,
  run: async ({ selfTest }) => (await selfTest()).verdict("authentication"),
};

const revocation: Check = {
  id: "key_revocation",
  title: "A revoked key stops at once",
  requirement: "If a virtual key is compromised",
  guide: ["incident-2"],
  gdpr: ["32"],
  soc2: ["CC6.2", "CC7.4"],
  ask: null,
  fix: { steps: ["Run the self-test"], action: RUN },
  needs: "gateway",
  daily: true,
  run: async ({ selfTest }) => (await selfTest()).verdict("revocation"),
};

const roles: Check = {
  id: "authorisation",
  title: "A plain key administers nothing",
  requirement: "Authorization (Virtual Keys)",
  guide: ["layer-3", "soc2-2"],
  gdpr: ["32"],
  soc2: ["CC6.1", "CC6.3"],
  ask: null,
  fix: { steps: ["Run the self-test"], action: RUN },
  needs: "gateway",
  daily: true,
  run: async ({ selfTest }) => (await selfTest()).verdict("authorisation"),
};

const validation: Check = {
  id: "input_validation",
  title: "Wrong input is refused",
  requirement: "Input validation: model names, message format, parameter types, token limits",
  guide: ["practice-2"],
  gdpr: ["32"],
  soc2: ["CC6.8"],
  ask: null,
  fix: { steps: ["Set litellm_settings.max_tokens", "Run the self-test"], action: RUN },
  needs: "gateway",
  daily: true,
  run: async ({ selfTest }) => (await selfTest()).verdict("validation"),
};

const spoofing: Check = {
  id: "address_spoofing",
  title: "A forged address does not pass the allowlist",
  requirement: "The allowlist holds against X-Forwarded-For of a client's own",
  guide: ["security-7"],
  gdpr: ["32"],
  soc2: ["CC6.6"],
  ask: null,
  fix: {
    steps: ["Name your proxies, and no others, in general_settings.trusted_proxies", "Run the self-test"],
    action: RUN,
  },
  needs: "gateway",
  daily: true,
  run: async ({ config, selfTest }) =>
    config.allowedIps === null
      ? notApplicable("No allowlist is set")
      : (await selfTest()).verdict("spoofing"),
};

export const TESTED_CHECKS: readonly Check[] = [authentication, revocation, roles, validation, spoofing];
