/** Checks of the master key: how strong, how old, where it is kept. Nothing of it is ever in their evidence. */
import { createHmac } from "node:crypto";
import { masterKeySince } from "#db/queries/check-facts.ts";
import { MAKE_MASTER_KEY, masterKeyWeakness } from "#lib/config/master-key.ts";
import { masterKeyFacts } from "#lib/console/master-key-facts.ts";
import { hashSecret } from "#lib/keys/secret.ts";
import {
  type Check,
  type CheckDeps,
  daysSince,
  failed,
  notApplicable,
  type Outcome,
  passed,
  plural,
  unknown,
} from "../check.ts";

const LONGEST_DAYS = 90;
const ROTATE = [
  "Make a new key: openssl rand -hex 32",
  "Put it into .env as LITELLM_MASTER_KEY, and the old one as LITELLM_MASTER_KEY_PREVIOUS with LITELLM_MASTER_KEY_PREVIOUS_EXPIRES_AT within 7 days",
  "Restart, or rotate under Incident, and move every client to the new key before that hour",
];

/** Bits of a key whose characters are equally likely: a ceiling, never a proof. */
export function entropyBits(key: string): number {
  const body = key.replace(/^sk-/i, "");
  const hex = /^[0-9a-f]+$/i.test(body);
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/].filter((kind) => kind.test(body)).length;
  const size = hex ? 16 : ([10, 26, 52, 62][kinds] ?? 62);
  return Math.floor(body.length * Math.log2(/[^a-zA-Z0-9]/.test(body) ? size + 2 : size));
}

const strength: Check = {
  id: "master_key",
  title: "Strong master key",
  requirement: "Strong master key (20+ characters)",
  guide: ["security-1", "pre-1", "key-1", "key-2", "key-7", "layer-2"],
  gdpr: ["32"],
  soc2: ["CC6.1"],
  ask: null,
  fix: { steps: ROTATE, link: { href: "/ui/settings/master-key", label: "Open Master key" } },
  needs: "config",
  run: ({ config: { encryptionKey, masterKey } }) => {
    if (masterKey === null) return passed("None is set: a strong one is made at the first start");
    const weakness = masterKeyWeakness(masterKey);
    const facts = { length: masterKey.length, entropy_bits: entropyBits(masterKey) };
    if (weakness !== null) return failed(`The master key ${weakness}: ${MAKE_MASTER_KEY}`, facts);
    if (masterKey === encryptionKey)
      return failed("The master key is also SHIN_ENCRYPTION_KEY: each secret needs its own", facts);
    return passed(
      `${masterKey.length} characters, about ${facts.entropy_bits} bits, no known example`,
      facts,
    );
  },
};

const age: Check = {
  id: "master_key_age",
  title: "Master key rotated",
  requirement: "Rotate regularly (every 90 days)",
  guide: ["security-6", "key-5"],
  gdpr: ["32"],
  soc2: ["CC6.1"],
  ask: null,
  fix: { steps: ROTATE, link: { href: "/ui/settings/master-key", label: "Open Master key" } },
  needs: "gateway",
  run: async (deps) => {
    const { masterKey } = deps.config;
    if (masterKey === null) return notApplicable("There is no master key");
    const { since, source } = await firstSeen(deps, masterKey);
    const days = daysSince(since, deps.nowMs);
    const facts = {
      first_seen: since.toISOString(),
      fingerprint: fingerprint(masterKey, deps.pseudonymKey),
      days,
    };
    const line = `${plural(days, "day")} old (${source}), at most ${LONGEST_DAYS}`;
    return days > LONGEST_DAYS ? failed(line, facts) : passed(line, facts);
  },
};

/** The rotation's own note, the file of the first start, what an earlier run of this check saw, or now. */
async function firstSeen(deps: CheckDeps, masterKey: string): Promise<{ since: Date; source: string }> {
  const kept = await masterKeySince(deps.sql, hashSecret(masterKey));
  if (kept !== null) return { since: kept, source: "since its rotation" };
  const place = masterKeyFacts(deps.config)?.place;
  if (place?.kind === "made") return { since: place.at, source: "since it was made" };
  const { fingerprint: before, first_seen: at } = deps.previous;
  if (before === fingerprint(masterKey, deps.pseudonymKey) && typeof at === "string")
    return { since: new Date(at), source: "since this check first saw it" };
  return { since: new Date(deps.nowMs), source: "first seen by this check now" };
}

function fingerprint(masterKey: string, key: string): string {
  return createHmac("sha256", key).update(`master key\n${masterKey}`).digest("hex").slice(0, 12);
}

const place: Check = {
  id: "master_key_place",
  title: "Master key kept outside the configuration",
  requirement: "Store in `.env` file",
  guide: ["key-3", "key-8", "key-11"],
  gdpr: ["32"],
  soc2: ["CC6.1"],
  ask: null,
  fix: {
    steps: [
      "Write master_key: os.environ/LITELLM_MASTER_KEY in config.yaml",
      "Put LITELLM_MASTER_KEY=... into .env, and run chmod 600 .env",
      "Rotate the key that stood in the file: whoever has the file has the key",
    ],
  },
  needs: "config",
  run: ({ config }): Outcome => {
    const facts = masterKeyFacts(config);
    if (facts === null) return passed("None is set: it is made in the data folder, mode 600");
    if (facts.place.kind === "variable") return passed(`Read from the variable ${facts.place.name}`);
    if (facts.place.kind === "made") return passed(`Read from ${facts.place.file}, mode 600`);
    return failed(`Written in clear in ${config.settingPlaces["masterKey"] ?? "the configuration"}`);
  },
};

const environments: Check = {
  id: "dev_prod_keys",
  title: "Different keys for development and production",
  requirement: "Use different keys for dev/prod",
  guide: ["key-6", "key-10"],
  gdpr: ["32"],
  soc2: ["CC6.1", "CC8.1"],
  ask: {
    what: "Every environment has its own master key, encryption key and provider keys, and none is used by another service.",
    days: 180,
  },
  fix: { steps: ["Make a key for each environment with openssl rand -hex 32, and attest it here"] },
  needs: "config",
  run: ({
    config: {
      auditKey,
      console: { secret },
      encryptionKey,
      masterKey,
    },
  }) => {
    const own = [masterKey, encryptionKey, auditKey, secret].filter((one) => one !== null);
    if (new Set(own).size < own.length)
      return failed("Two of the gateway's own secrets are the same: give each its own");
    return unknown("No two secrets here are the same; what other environments use cannot be seen from here");
  },
};

const sharing: Check = {
  id: "secret_sharing",
  title: "Secrets are not shared by mail or chat",
  requirement: "Share via email/chat",
  guide: ["key-9"],
  gdpr: ["32"],
  soc2: ["CC1.1", "CC6.1"],
  ask: { what: "People know that keys are never sent by mail or chat, and a policy says so.", days: 180 },
  fix: { steps: ["Write the rule down where people find it, and attest it here"] },
  needs: "person",
};

/** Old ones of provider and virtual keys are in `keys.ts`. */
export const MASTER_KEY_CHECKS: readonly Check[] = [strength, age, place, environments, sharing];
