/** The report: how every check stands, by framework, with a manifest that the audit key signs. It verifies anywhere. */
import { canonicalJson, sha256Hex } from "../audit/canonical.ts";
import { isSigned, type SigningKey } from "../audit/signing-key.ts";
import { FRAMEWORKS } from "./catalogue.ts";
import { GUIDE_LINES, GUIDE_LISTS, type GuideLineId, listOfLine } from "./guide.ts";
import { inFramework, type Score, type Standing, scoreOf, scoreView, standingView } from "./standing.ts";

const FORMAT = "shin-compliance-report/1";

export interface Manifest {
  readonly format: typeof FORMAT;
  /** SHA-256 of the report as canonical JSON. */
  readonly sha256: string;
  readonly signed_at: string;
  readonly key_id: string;
  /** SPKI DER in base64. */
  readonly public_key: string;
  /** Ed25519 over the manifest's other members as canonical JSON, in base64. */
  readonly signature: string;
}

export interface SignedReport {
  readonly report: Readonly<Record<string, unknown>>;
  readonly manifest: Manifest;
}

export function makeReport(
  standings: readonly Standing[],
  about: { readonly version: string; readonly production: boolean; readonly nowMs: number },
): Record<string, unknown> {
  const report = {
    format: FORMAT,
    made_at: new Date(about.nowMs).toISOString(),
    gateway: { version: about.version, production: about.production },
    score: scoreView(scoreOf(standings)),
    frameworks: Object.fromEntries(
      FRAMEWORKS.map((framework) => [framework, scoreView(scoreOf(inFramework(standings, framework)))]),
    ),
    guide: guideLines(standings),
    gdpr: byReference(standings, "gdpr"),
    soc2: byReference(standings, "soc2"),
    checks: standings.map(standingView),
  };
  // As it is read back: no date, nothing that is undefined.
  return JSON.parse(JSON.stringify(report));
}

/** Each line of the guide with the checks that stand for it. */
function guideLines(standings: readonly Standing[]) {
  const ids = Object.keys(GUIDE_LINES) as GuideLineId[];
  return ids.map((id) => {
    const own = standings.filter(({ check }) => check.guide.includes(id));
    return {
      list: GUIDE_LISTS[listOfLine(id)],
      line: GUIDE_LINES[id],
      kept: isKept(scoreOf(own)),
      checks: own.map(({ check, status }) => ({ id: check.id, status })),
    };
  });
}

/** `32(1)(a)` or `CC6.1` -> its checks, in the order of their names. */
function byReference(standings: readonly Standing[], framework: "gdpr" | "soc2") {
  const names = [...new Set(standings.flatMap(({ check }) => check[framework]))];
  return names
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .map((name) => {
      const own = standings.filter(({ check }) => check[framework].includes(name));
      return {
        reference: name,
        kept: isKept(scoreOf(own)),
        checks: own.map(({ check, status }) => ({ id: check.id, status })),
      };
    });
}

/** Nothing failed and nothing open; what is waived is not kept. */
export function isKept({ failed, open, waived }: Score): boolean {
  return failed + open + waived === 0;
}

export function signReport(
  report: Readonly<Record<string, unknown>>,
  key: SigningKey,
  nowMs: number,
): SignedReport {
  const manifest = {
    format: FORMAT,
    sha256: sha256Hex(canonicalJson(report)),
    signed_at: new Date(nowMs).toISOString(),
    key_id: key.keyId,
    public_key: key.publicKey,
  } as const;
  return { report, manifest: { ...manifest, signature: key.sign(canonicalJson(manifest)) } };
}

/** What is wrong with a report that somebody hands over; null when it is what the key signed. */
export function faultOfReport({ manifest, report }: SignedReport, trusted: readonly string[]): string | null {
  if (manifest.format !== FORMAT) return "it is no compliance report of this kind";
  if (sha256Hex(canonicalJson(report)) !== manifest.sha256)
    return "the report is not the one that was signed";
  const { signature, ...signed } = manifest;
  if (!isSigned({ keyId: signed.key_id, publicKey: signed.public_key }, canonicalJson(signed), signature))
    return "the signature is not that key's";
  return trusted.length > 0 && !trusted.includes(signed.key_id)
    ? `key ${signed.key_id} is none that is trusted`
    : null;
}
