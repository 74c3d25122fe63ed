/** The checks and the report as text for a terminal. */
import picocolors from "picocolors";
import type { SignedReport } from "../compliance/report.ts";

/** A check as the API tells it, as far as the terminal shows it. */
export interface Shown {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly evidence: string;
  readonly fix: { readonly steps: readonly string[] };
  readonly ask: { readonly what: string; readonly days: number; readonly document: boolean } | null;
}

const WORDS: Readonly<Record<string, string>> = {
  failed: "FAILED",
  expired: "EXPIRED",
  unknown: "unknown",
  waived: "waived",
  attested: "attested",
  passed: "passed",
  not_applicable: "n/a",
};
const ORDER = Object.keys(WORDS);
const WIDTH = 9;

/** The worst first; each that failed with its first step, each that cannot be seen with what a person would vouch for. */
export function renderChecks(
  found: { readonly origin: string | null; readonly checks: readonly Shown[]; readonly unseen: number },
  findings: number,
  color: boolean,
): string {
  const { bold, green, red, yellow } = picocolors.createColors(color);
  const paint = (status: string) =>
    status === "failed" ? red : status === "unknown" || status === "expired" ? yellow : green;
  const lines = [...found.checks]
    .sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status))
    .flatMap((check) => {
      const { evidence, id, status, title } = check;
      const mark = paint(status)((WORDS[status] ?? status).padEnd(WIDTH));
      const line = `${mark}${title}: ${evidence}  [${id}]`;
      const next = nextOf(check);
      return next === null ? [line] : [line, `${" ".repeat(WIDTH)}-> ${next}`];
    });
  const where = found.origin === null ? "No gateway answers: the configuration alone" : found.origin;
  const unseen = found.unseen > 0 ? ` ${found.unseen} more checks need a running gateway or a person.` : "";
  // Nobody is ready by what was not looked at.
  const clean = found.unseen > 0 ? "Nothing wrong in what can be seen." : "Ready for production.";
  const end = findings === 0 ? clean : `${findings} open.`;
  return `${bold(where)}\n${lines.join("\n")}\n${end}${unseen}\n`;
}

function nextOf({ ask, fix, status }: Shown): string | null {
  if (status === "failed") return fix.steps[0] ?? null;
  if ((status !== "unknown" && status !== "expired") || ask === null) return null;
  return `Attest (${ask.days} days${ask.document ? ", and name a document" : ""}): ${ask.what}`;
}

type Score = Readonly<Record<"passed" | "applicable" | "attested" | "failed" | "open" | "waived", number>>;
interface Lines {
  readonly list?: string;
  readonly line?: string;
  readonly reference?: string;
  readonly kept: boolean;
  readonly checks: readonly { readonly id: string; readonly status: string }[];
}

export function renderReport({ manifest, report }: SignedReport): string {
  const frameworks = Object.entries(report["frameworks"] as Readonly<Record<string, Score>>);
  const scores = frameworks.map(
    ([name, { applicable, attested, failed, open, passed, waived }]) =>
      `${name.padEnd(8)}${passed} of ${applicable} passed, ${attested} attested, ${failed} failed, ${open} open, ${waived} waived`,
  );
  const block = (title: string, lines: readonly Lines[]) => [
    "",
    title,
    ...lines.map(({ checks, kept, line, list, reference }) => {
      const name = reference ?? `${list}: ${line}`;
      const told = checks.map(({ id, status }) => `${id} ${WORDS[status] ?? status}`).join(", ");
      return `${kept ? "[x]" : "[ ]"} ${name}  (${told})`;
    }),
  ];
  return `${[
    `Compliance report of ${String(report["made_at"])}, signed by key ${manifest.key_id}`,
    ...scores,
    ...block("Guide", report["guide"] as readonly Lines[]),
    ...block("GDPR", report["gdpr"] as readonly Lines[]),
    ...block("SOC 2", report["soc2"] as readonly Lines[]),
  ].join("\n")}\n`;
}
