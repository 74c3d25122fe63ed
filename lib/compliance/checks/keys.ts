/** Checks of virtual keys: that they are used instead of the master key, may do little, and are renewed. */
import { keyFacts, masterShare } from "#db/queries/check-facts.ts";
import {
  type Check,
  type CheckDeps,
  DAY_MS,
  failed,
  notApplicable,
  passed,
  plural,
  unknown,
} from "../check.ts";

/** Keys that nobody has used for so long. */
export const UNUSED_DAYS = 90;
const LONGEST_DAYS = 90;
/** Share of calls with the master key that is put up with. */
const MOST_MASTER = 0.01;

const factsOf = ({ nowMs, sql }: Pick<CheckDeps, "nowMs" | "sql">) =>
  keyFacts(
    sql,
    new Date(nowMs),
    new Date(nowMs - UNUSED_DAYS * DAY_MS),
    new Date(nowMs - LONGEST_DAYS * DAY_MS),
  );

const virtual: Check = {
  id: "virtual_keys",
  title: "Virtual keys, not the master key",
  requirement: "Virtual keys created for users",
  guide: ["pre-8", "layer-3"],
  gdpr: ["32"],
  soc2: ["CC6.1", "CC6.3"],
  ask: null,
  fix: {
    steps: [
      "Make a key for each application or person that calls with the master key",
      "Give it to them, and rotate the master key once nobody calls with it",
    ],
    link: { href: "/ui/keys", label: "Open Keys" },
  },
  needs: "gateway",
  run: async (deps) => {
    const { live } = await factsOf(deps);
    const { calls, master } = await masterShare(deps.sql, new Date(deps.nowMs - 7 * DAY_MS));
    const share = calls === 0 ? 0 : master / calls;
    const facts = { live_keys: live, calls_7d: calls, with_master_key_7d: master };
    const told = `${plural(live, "live key")}; ${(share * 100).toFixed(1)}% of ${plural(calls, "call")} in 7 days with the master key`;
    if (live === 0) return failed("There is no live virtual key", facts);
    return share > MOST_MASTER ? failed(told, facts) : passed(told, facts);
  },
};

const least: Check = {
  id: "least_privilege",
  title: "Least privilege",
  requirement: "Keys may do what they need, for as long as they need it",
  guide: ["layer-3"],
  gdpr: ["25(2)", "32"],
  soc2: ["CC6.1", "CC6.3"],
  ask: null,
  fix: {
    steps: [
      "Give each key the models that it calls, an expiry and a budget",
      "Block keys that nobody has used in 90 days: they can be unblocked again",
    ],
    action: { id: "block_unused", label: "Block unused keys" },
    link: { href: "/ui/keys", label: "Open Keys" },
  },
  needs: "gateway",
  run: async (deps) => {
    const { everything, live, unused, without_budget, without_expiry } = await factsOf(deps);
    if (live === 0) return notApplicable("There is no live virtual key");
    const facts = { live, every_model: everything, without_expiry, without_budget, unused };
    const told = [
      [everything, "may call every model"],
      [without_expiry, "never expire"],
      [without_budget, "have no budget"],
      [unused, `were not used in ${UNUSED_DAYS} days`],
    ] as const;
    const faults = told.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
    if (faults.length === 0)
      return passed(`${plural(live, "live key")}: each with models, an expiry, a budget and use`, facts);
    return failed(`Of ${plural(live, "live key")}: ${faults.join(", ")}`, facts);
  },
};

const rotation: Check = {
  id: "key_rotation",
  title: "Virtual keys rotated",
  requirement: "Regular key rotation",
  guide: ["security-6"],
  gdpr: ["32"],
  soc2: ["CC6.1"],
  ask: null,
  fix: {
    steps: [
      "Rotate the keys that are older than 90 days, with a grace period for their clients",
      "Set a rotation interval on keys, or let them expire",
    ],
    link: { href: "/ui/keys", label: "Open Keys" },
  },
  needs: "gateway",
  run: async (deps) => {
    const { aged, live } = await factsOf(deps);
    if (live === 0) return notApplicable("There is no live virtual key");
    const facts = { live, older_than_90_days: aged };
    if (aged > 0)
      return failed(`${aged} of ${plural(live, "live key")} older than ${LONGEST_DAYS} days`, facts);
    return passed(`All ${plural(live, "live key")} younger than ${LONGEST_DAYS} days`, facts);
  },
};

const schedule: Check = {
  id: "rotation_schedule",
  title: "Rotation schedule documented",
  requirement: "Document key rotation schedule",
  guide: ["post-6"],
  gdpr: ["24", "32"],
  soc2: ["CC6.1", "CC2.2"],
  ask: {
    what: "The schedule for master, provider and virtual keys is written down and has an owner.",
    days: 365,
    document: true,
  },
  fix: {
    steps: [
      "Give every key an expiry or a rotation interval",
      "Write down who rotates the master key and the keys of providers, and when; attest it here",
    ],
    link: { href: "/ui/keys", label: "Open Keys" },
  },
  needs: "gateway",
  run: async (deps) => {
    const { due, live, unscheduled } = await factsOf(deps);
    const facts = { live, unscheduled, next_due: due?.toISOString() ?? null };
    if (unscheduled > 0)
      return failed(
        `${unscheduled} of ${plural(live, "live key")} with neither an expiry nor a rotation`,
        facts,
      );
    return unknown(
      live === 0
        ? "No virtual keys; the schedule of the master key and of providers' keys is a person's to write"
        : `Every virtual key has its date${due ? `, the next ${due.toISOString().slice(0, 10)}` : ""}; providers' keys are a person's to plan`,
      facts,
    );
  },
};

export const KEY_CHECKS: readonly Check[] = [virtual, least, rotation, schedule];
