/** Checks of people and habits: who has access, who reviews it, updates, backups, drills. */
import { newestBackup } from "#db/queries/backup.ts";
import { accessFacts, incidentFacts, lastAccessReview, lastBackup } from "#db/queries/check-facts.ts";
import { userRolesOf } from "#lib/console/roles.ts";
import { type Check, DAY_MS, daysSince, failed, passed, plural, unknown } from "../check.ts";

const IDLE_DAYS = 90;
const REVIEW_DAYS = 90;
const DRILL_DAYS = 365;
const BACKUP_MS = 26 * 3_600_000;

const access: Check = {
  id: "access_control",
  title: "Access controls",
  requirement: "Implement access controls",
  guide: ["soc2-2"],
  gdpr: ["32"],
  soc2: ["CC6.1", "CC6.2", "CC6.3"],
  ask: { what: "Nobody signs in to the console; who holds which key is written down and limited.", days: 90 },
  fix: {
    steps: [
      "Let every admin set up a second factor under Your account, or sign in by OpenID Connect",
      "Block people who have not signed in for 90 days, and keys whose owner is gone",
      "Give people the smallest role that does",
    ],
    link: { href: "/ui/people/users", label: "Open People" },
  },
  needs: "gateway",
  run: async ({ nowMs, sql }) => {
    const facts = await accessFacts(
      sql,
      new Date(nowMs),
      new Date(nowMs - IDLE_DAYS * DAY_MS),
      userRolesOf("admin"),
    );
    const { admins, admins_mfa, idle, orphans, people, people_mfa, roles } = facts;
    const shown = { admins, admins_mfa, people, people_mfa, roles: roles.length, idle, orphans };
    if (people === 0) return unknown("Nobody signs in to the console: the keys alone give access", shown);
    const faults = [
      ...(admins > admins_mfa
        ? [`${admins - admins_mfa} of ${plural(admins, "admin")} without a second factor`]
        : []),
      ...(idle > 0 ? [`${idle} of ${people} people not signed in for ${IDLE_DAYS} days`] : []),
      ...(orphans > 0 ? [`${plural(orphans, "live key")} whose owner is gone`] : []),
    ];
    if (faults.length > 0) return failed(faults.join(", "), shown);
    return passed(
      `${people} people in ${plural(roles.length, "role")}, ${people_mfa} with a second factor, all admins among them`,
      shown,
    );
  },
};

const review: Check = {
  id: "access_review",
  title: "Access reviewed",
  requirement: "A review of who has access, every quarter",
  guide: ["soc2-2", "soc2-3"],
  gdpr: ["32(1)(d)"],
  soc2: ["CC6.2", "CC6.3", "CC4.1"],
  ask: {
    what: "Every person's access was looked at and confirmed or removed.",
    days: REVIEW_DAYS,
    document: true,
  },
  fix: {
    steps: ["Under People, begin an access review, decide for each person, and sign it"],
    link: { href: "/ui/people/users", label: "Open People" },
  },
  needs: "gateway",
  run: async ({ nowMs, sql }) => {
    const at = await lastAccessReview(sql);
    if (at === null) return unknown("No access review has been signed here", { last: null });
    const days = daysSince(at, nowMs);
    const facts = { last: at.toISOString() };
    const told = `Last review signed ${plural(days, "day")} ago`;
    return days > REVIEW_DAYS ? unknown(`${told}: the next one is due`, facts) : passed(told, facts);
  },
};

const security: Check = {
  id: "security_review",
  title: "Security reviews",
  requirement: "Regular security reviews",
  guide: ["soc2-3"],
  gdpr: ["32(1)(d)"],
  soc2: ["CC3.2", "CC4.1"],
  ask: { what: "A security review was made; its findings have owners and dates.", days: 90, document: true },
  fix: { steps: ["Go through this page and the guide, write down what was found, and attest it here"] },
  needs: "person",
};

const updates: Check = {
  id: "updates",
  title: "Security updates",
  requirement: "Regular security updates",
  guide: ["security-10"],
  gdpr: ["32"],
  soc2: ["CC7.1"],
  ask: {
    what: "Advisories were looked through, and gateway, Node, PostgreSQL and the system are up to date.",
    days: 30,
  },
  fix: {
    steps: [
      "Look at the releases of Shin Gateway and its advisories, and update",
      "Update the system and PostgreSQL, and attest it here: the gateway asks nobody on the internet",
    ],
  },
  needs: "gateway",
  run: async ({ version }) =>
    unknown(
      `Shin Gateway ${version} on Node ${process.versions.node}; whether newer ones are out cannot be seen from here`,
      {
        version,
        node: process.versions.node,
      },
    ),
};

const plan: Check = {
  id: "incident_plan",
  title: "Incident response plan",
  requirement: "Create incident response plan",
  guide: ["post-7", "incident-1"],
  gdpr: ["33", "34"],
  soc2: ["CC7.3", "CC7.4", "CC7.5"],
  ask: {
    what: "There is a plan with roles, contacts and the 72-hour path to the authority, and it was exercised.",
    days: 365,
    document: true,
  },
  fix: {
    steps: [
      "Under Incident, run a drill: it goes through every step without effect, and counts here",
      "Or attest the plan here, with the day it was last exercised",
    ],
    link: { href: "/ui/incident", label: "Open Incident" },
  },
  needs: "gateway",
  run: async ({ nowMs, sql }) => {
    const { last_drill: at, open } = await incidentFacts(sql);
    const facts = { last_drill: at?.toISOString() ?? null, open };
    if (at === null)
      return unknown("No drill has been run here, and the plan cannot be seen from here", facts);
    const days = daysSince(at, nowMs);
    const told = `Last drill ended ${plural(days, "day")} ago`;
    return days > DRILL_DAYS ? unknown(`${told}: another is due`, facts) : passed(told, facts);
  },
};

const backups: Check = {
  id: "backups",
  title: "Backups",
  requirement: "Availability: a backup a day, and a restore that was tried",
  guide: [],
  gdpr: ["32(1)(b)", "32(1)(c)"],
  soc2: ["A1.2", "A1.3"],
  ask: {
    what: "The database is backed up by other means, and a restore was tried in the last 90 days.",
    days: 90,
    document: true,
  },
  fix: {
    steps: [
      "Set general_settings.backup_folder; where it is set the first backup is made within minutes, and shin backup makes one now",
      "Try a restore every quarter, or attest your own backups here",
    ],
  },
  needs: "gateway",
  run: async ({ config, nowMs, sql }) => {
    const newest = await newestBackup(sql);
    const { at: written, failure } = await lastBackup(sql);
    const wanted = config.backups.folder !== null;
    const facts = {
      wanted,
      newest: newest?.at.toISOString() ?? null,
      bytes: newest === null ? null : Number(newest.sizeBytes),
      last_written: written?.toISOString() ?? null,
      last_failure: failure?.at.toISOString() ?? null,
    };
    // What the gateway itself was told to do, and what it did: each is read back when it is written.
    if (failure && failure.at.getTime() > (newest?.at.getTime() ?? 0))
      return failed(`The last backup failed: ${failure.why}`, facts);
    if (newest === null) {
      if (written !== null)
        return failed("Backups were written, and none of those that are left was read back", facts);
      return wanted
        ? failed("Backups are set up, and none has been made yet", facts)
        : unknown("No backup was made by the gateway; others cannot be seen from here", facts);
    }
    if (nowMs - newest.at.getTime() > BACKUP_MS)
      return failed(
        `The newest backup that was read back is ${plural(daysSince(newest.at, nowMs), "day")} old`,
        facts,
      );
    return passed(`The newest backup, of ${newest.at.toISOString()}, was read back whole`, facts);
  },
};

const changes: Check = {
  id: "change_management",
  title: "Changes are reviewed",
  requirement: "Changes of code and configuration go through review",
  guide: [],
  gdpr: ["24"],
  soc2: ["CC8.1"],
  ask: {
    what: "config.yaml and the deployment stand in version control, and a second person reviews each change.",
    days: 365,
    document: true,
  },
  fix: { steps: ["Keep config.yaml in a repository with required reviews, and attest it here"] },
  needs: "person",
};

export const ORGANISATION_CHECKS: readonly Check[] = [
  access,
  review,
  security,
  updates,
  plan,
  backups,
  changes,
];
