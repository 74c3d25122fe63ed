/** Links to exports: shown once, good for one use within a quarter of an hour; the file itself is kept for its week. */
import { requestOfJob } from "#db/queries/file-links.ts";
import { findRequest } from "#db/queries/privacy-requests.ts";
import { writeAudit } from "../../audit/audit.ts";
import { GatewayError } from "../../errors.ts";
import type { JobDeps } from "../../jobs/deps.ts";
import { type Download, openFileLink } from "../../jobs/download.ts";
import { newFileLink } from "../../jobs/link.ts";
import type { Operator } from "./deps.ts";
import { noRequest } from "./step.ts";

/** A new link; the one before no longer opens anything. @throws GatewayError not_found, conflict while there is no file */
export async function makeExportLink(
  deps: JobDeps,
  by: Operator,
  requestId: string,
): Promise<{ readonly link: string; readonly expiresAt: Date }> {
  const row = await findRequest(deps.db, requestId);
  if (!row) throw noRequest(requestId);
  const nowMs = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const made = await newFileLink(tx, row.jobId ?? "", nowMs);
    if (made === null)
      throw new GatewayError(
        "conflict",
        "There is no export to fetch: it is not written yet, or its week is over.",
      );
    const { expiresAt, secret } = made;
    await writeAudit(tx, by.actor, nowMs, {
      action: "privacy_request.link",
      target: { kind: "privacy_request", id: requestId },
      before: null,
      after: { jobId: row.jobId, expiresAt },
    });
    return { link: `${row.jobId}.${secret}`, expiresAt };
  });
}

/** The file that a link opens, with the event that it was fetched. @throws GatewayError not_found, gone, frozen */
export async function openExportLink(deps: JobDeps, link: string, ip: string | null): Promise<Download> {
  const [jobId = "", secret = ""] = link.trim().split(".");
  const actor = { kind: "system", id: "export link", claimedBy: null, ip, requestId: null } as const;
  return openFileLink(deps, actor, { jobId, secret }, async (tx, file) => ({
    action: "privacy_request.download",
    target: { kind: "privacy_request", id: (await requestOfJob(tx, jobId)) ?? jobId },
    before: null,
    after: { jobId, sha256: file.sha256 },
  }));
}
