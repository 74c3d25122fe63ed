/** The audit log: whole, and out of reach of those it tells of. */
import { mayChangeAudit } from "#db/queries/check-facts.ts";
import { verified, verifyChain } from "#lib/audit/verify.ts";
import { type Check, failed, passed } from "../check.ts";

const intact: Check = {
  id: "audit_intact",
  title: "Audit log on and intact",
  requirement: "Enable audit logging",
  guide: ["soc2-1"],
  gdpr: ["5(2)", "24"],
  soc2: ["CC4.1", "CC7.2"],
  ask: null,
  fix: {
    steps: [
      "Verify the chain: shin audit verify names the first record that is wrong",
      "Compare with the last export or with the heads in the log, and treat a break as an incident",
    ],
    action: { id: "verify_audit", label: "Verify now" },
    link: { href: "/ui/audit", label: "Open Audit" },
  },
  needs: "gateway",
  daily: true,
  run: async ({ auditSigner, nowMs, sql }) => {
    const verdict = await verified(verifyChain(sql, { trusted: [auditSigner.key.keyId], nowMs }));
    const { broken, checked, head, last, older } = verdict;
    const facts = {
      events: checked,
      older,
      last: last.number,
      head: head?.number ?? null,
      key: head?.keyId ?? null,
    };
    if (broken !== null)
      return failed(`Broken at #${broken.number} (${broken.kind}): ${broken.message}`, facts);
    return passed(
      `${checked} events verified, head ${head === null ? "not signed yet" : `signed at ${head.time}`}`,
      facts,
    );
  },
};

const outOfReach: Check = {
  id: "audit_protected",
  title: "The gateway cannot rewrite its audit log",
  requirement: "The application's database role may add audit events and do nothing else to them",
  guide: ["soc2-1"],
  gdpr: ["32"],
  soc2: ["CC6.1", "CC6.3"],
  ask: {
    what: "Heads or exports of the audit log are kept where nobody with the gateway's database can change them.",
    days: 90,
    document: true,
  },
  fix: {
    steps: [
      "Give the gateway a role of its own, as docs/audit.md has it, on an external database",
      "Or ship the log elsewhere: it holds each signed head",
    ],
  },
  needs: "gateway",
  run: async ({ config, sql }) => {
    const may = await mayChangeAudit(sql);
    const facts = { may_change: may, external: config.databaseUrl !== null };
    if (!may) return passed("The gateway's role may neither change nor delete audit events", facts);
    // The trigger refuses it all the same, and a change would show: it is a gap, not a fault.
    return config.databaseUrl === null
      ? {
          found: "unknown",
          line: "The embedded database has one role: a trigger refuses changes, and the chain shows them",
          facts,
        }
      : failed("The gateway's role owns the audit tables: only a trigger refuses changes", facts);
  },
};

export const AUDIT_CHECKS: readonly Check[] = [intact, outOfReach];
