/**
 * The evidence of an incident as a ZIP that verifies anywhere: what was done, the audit events of the span with their
 * hash chain and the signed heads over it, and a signed manifest with the SHA-256 of every file.
 */
import { createHash } from "node:crypto";
import { Zip, ZipDeflate } from "fflate";
import type { Sql } from "#db/client.ts";
import { firstHeadFrom, lastEventBefore } from "#db/queries/audit-span.ts";
import { keysOf } from "#db/queries/incident-scope.ts";
import { findIncident, incidentSteps, jobsOfIncident, listFreezes } from "#db/queries/incidents.ts";
import { canonicalJson, genesisHash } from "#lib/audit/canonical.ts";
import { headOf } from "#lib/audit/head.ts";
import { recordOf } from "#lib/audit/record.ts";
import { pemOf, type SigningKey } from "#lib/audit/signing-key.ts";
import { eventsUpTo } from "#lib/audit/verify.ts";
import { GatewayError } from "../errors.ts";
import { freezeView, incidentView, jobView, stepView } from "./view.ts";

export const EVIDENCE_FORMAT = "shin-incident-1";
/** What led to an incident stands before its opening. */
const BEFORE_MS = 24 * 3_600_000;
const MOST_KEYS = 100_000;

export interface EvidenceOptions {
  readonly sql: Sql;
  readonly key: SigningKey;
  readonly incidentId: string;
  readonly nowMs: number;
}

interface FileEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The archive in chunks, at constant memory. @throws GatewayError not_found */
export async function* evidenceZip({ incidentId, key, nowMs, sql }: EvidenceOptions): AsyncGenerator<Buffer> {
  const incident = await findIncident(sql, incidentId);
  if (!incident) throw new GatewayError("not_found", "There is no such incident.");
  const out: Buffer[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    out.push(Buffer.from(chunk));
  });
  const take = () => out.splice(0);
  const files: FileEntry[] = [];
  const begin = (name: string) => {
    const entry = new ZipDeflate(name, { level: 6 });
    entry.mtime = new Date(nowMs);
    zip.add(entry);
    const hash = createHash("sha256");
    let sizeBytes = 0;
    return {
      write: (text: string) => {
        const bytes = Buffer.from(text, "utf8");
        hash.update(bytes);
        sizeBytes += bytes.length;
        entry.push(bytes);
      },
      end: () => {
        entry.push(new Uint8Array(0), true);
        files.push({ name, sizeBytes, sha256: hash.digest("hex") });
      },
    };
  };
  const whole = (name: string, value: unknown) => {
    const file = begin(name);
    file.write(typeof value === "string" ? value : `${JSON.stringify(value, null, 2)}\n`);
    file.end();
  };
  const jobs = await jobsOfIncident(sql, incidentId);
  whole("incident.json", {
    ...incidentView(incident),
    freezes: (await listFreezes(sql, incidentId)).map(freezeView),
    jobs: jobs.map(jobView),
  });
  whole("timeline.json", (await incidentSteps(sql, incidentId)).map(stepView));
  const revoked = [...new Set(jobs.filter((job) => !job.drill).flatMap((job) => job.key_ids))];
  whole("revoked-keys.json", await keysOf(sql, revoked, incident.opened_at, MOST_KEYS));
  whole("audit-key.pem", pemOf(key));
  yield* take();

  const fromMs = incident.opened_at.getTime() - BEFORE_MS;
  const toMs = incident.closed_at?.getTime() ?? nowMs;
  const place = await lastEventBefore(sql, new Date(fromMs));
  const end = await lastEventBefore(sql, new Date(toMs + 1));
  // Up to the next head, so that a signature stands over every event of the span.
  const head = await firstHeadFrom(sql, end.seq);
  const upTo = head?.seq ?? end.seq;
  const audit = begin("audit.jsonl");
  let records = 0;
  for await (const rows of eventsUpTo(sql, upTo, place.seq)) {
    for (const row of rows) audit.write(`${canonicalJson({ record: recordOf(row) })}\n`);
    records += rows.length;
    yield* take();
  }
  if (head) audit.write(`${canonicalJson({ head: headOf(head) })}\n`);
  audit.end();

  const manifest = {
    format: EVIDENCE_FORMAT,
    incident: incidentId,
    drill: incident.drill,
    time: new Date(nowMs).toISOString(),
    keyId: key.keyId,
    publicKey: key.publicKey,
    audit: {
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      records,
      after: { number: Number(place.seq), hash: place.hash ?? genesisHash(Number(place.seq)) },
      head: head === null ? null : Number(head.seq),
    },
    files: [...files],
  };
  whole("manifest.json", canonicalJson({ manifest, signature: key.sign(canonicalJson(manifest)) }));
  zip.end();
  yield* take();
}
