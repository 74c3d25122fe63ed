/** How a check stands: its last result, and beside it a person's word or a waiver while they hold. One rule for every reader. */
import type { ResultRow, WordRow } from "#db/queries/checks.ts";
import { CHECKS, type Framework, isOf, kindOf } from "./catalogue.ts";
import type { Check, Found } from "./check.ts";

/** `expired`: a word that had made up for what cannot be seen has run out. It counts as open, like `unknown`. */
export type Status = Found | "attested" | "waived" | "expired";

export interface Standing {
  readonly check: Check;
  readonly status: Status;
  /** One sentence of evidence. */
  readonly line: string;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Null: never looked at. */
  readonly checkedAt: Date | null;
  /** What the look alone ended with. */
  readonly found: Found;
  readonly attestation: WordRow | null;
  readonly waiver: WordRow | null;
}

const FOUND: readonly string[] = ["passed", "failed", "unknown", "not_applicable"];
const NOT_YET = "Not looked at yet";

/** @param words that were not taken back */
export function standingOf(
  check: Check,
  result: ResultRow | undefined,
  words: readonly WordRow[],
  nowMs: number,
): Standing {
  const own = words.filter(({ check_id }) => check_id === check.id);
  const of = (kind: WordRow["kind"]) => own.find((word) => word.kind === kind) ?? null;
  const [attestation, waiver] = [of("attestation"), of("waiver")];
  const { facts, found, line } = readEvidence(check, result);
  const holds = (word: WordRow | null) => word !== null && word.expires_at.getTime() > nowMs;
  return {
    check,
    line,
    facts,
    found,
    checkedAt: result?.at ?? null,
    attestation,
    waiver,
    status: statusOf(found, holds(attestation), attestation !== null, holds(waiver)),
  };
}

/** A word makes up for what cannot be seen, never for what is seen to be wrong; a waiver sets either aside. */
export function statusOf(found: Found, attested: boolean, wasAttested: boolean, waived: boolean): Status {
  if (found === "passed" || found === "not_applicable") return found;
  if (found === "unknown" && attested) return "attested";
  if (waived) return "waived";
  return found === "unknown" && wasAttested ? "expired" : found;
}

/** What a stored result says of the look itself. */
function readEvidence(check: Check, result: ResultRow | undefined) {
  if (result === undefined)
    return {
      found: "unknown" as Found,
      line: check.needs === "person" ? "Only a person can tell" : NOT_YET,
      facts: {},
    };
  const { facts, found, line } = result.evidence;
  return {
    found: (typeof found === "string" && FOUND.includes(found) ? found : "unknown") as Found,
    line: typeof line === "string" ? line : "",
    facts: typeof facts === "object" && facts !== null ? (facts as Record<string, unknown>) : {},
  };
}

export interface Score {
  readonly passed: number;
  readonly attested: number;
  readonly waived: number;
  readonly failed: number;
  /** Unknown, or with a word that has expired. */
  readonly open: number;
  readonly notApplicable: number;
  /** All but those that do not apply. */
  readonly applicable: number;
}

export function scoreOf(standings: readonly Standing[]): Score {
  const count = (...statuses: Status[]) => standings.filter(({ status }) => statuses.includes(status)).length;
  const notApplicable = count("not_applicable");
  return {
    passed: count("passed"),
    attested: count("attested"),
    waived: count("waived"),
    failed: count("failed"),
    open: count("unknown", "expired"),
    notApplicable,
    applicable: standings.length - notApplicable,
  };
}

export function inFramework(standings: readonly Standing[], framework: Framework): readonly Standing[] {
  return standings.filter(({ check }) => isOf(check, framework));
}

export const CHECK_IDS: readonly string[] = CHECKS.map(({ id }) => id);

/** As the API tells it. */
export function standingView(standing: Standing): Record<string, unknown> {
  const { attestation, check, checkedAt, facts, line, status, waiver } = standing;
  return {
    id: check.id,
    title: check.title,
    requirement: check.requirement,
    kind: kindOf(check),
    status,
    evidence: line,
    facts,
    checked_at: checkedAt?.toISOString() ?? null,
    guide: check.guide,
    gdpr: check.gdpr,
    soc2: check.soc2,
    fix: { steps: check.fix.steps, action: check.fix.action?.id ?? null },
    /** What a person may vouch for, and for how many days; null where nobody's word counts. */
    ask: check.ask && {
      what: check.ask.what,
      days: check.ask.days,
      document: check.ask.document ?? false,
    },
    attestation: attestation && wordView(attestation),
    waiver: waiver && wordView(waiver),
  };
}

export function wordView(word: WordRow): Record<string, unknown> {
  return {
    id: word.id,
    kind: word.kind,
    statement: word.statement,
    document: word.document,
    by: word.by_user,
    name: word.by_name,
    at: word.at.toISOString(),
    expires_at: word.expires_at.toISOString(),
    withdrawn_at: word.withdrawn_at?.toISOString() ?? null,
  };
}

export function scoreView(score: Score): Record<string, number> {
  const { applicable, attested, failed, notApplicable, open, passed, waived } = score;
  return { passed, attested, waived, failed, open, not_applicable: notApplicable, applicable };
}
