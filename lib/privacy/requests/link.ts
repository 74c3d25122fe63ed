/** Links to exports: a secret that is shown once, stands nowhere but as its hash, and ends with the file. */
import { createHash, randomBytes } from "node:crypto";
import type { JobFileRow } from "#db/queries/job-files.ts";
import { fileOfLink, setFileLink } from "#db/queries/privacy-files.ts";
import { findRequest } from "#db/queries/privacy-requests.ts";
import { writeAudit } from "../../audit/audit.ts";
import { GatewayError } from "../../errors.ts";
import type { JobDeps } from "../../jobs/deps.ts";
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
  const secret = randomBytes(24).toString("base64url");
  const nowMs = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const expiresAt = await setFileLink(tx, row.jobId ?? "", hashOf(secret), new Date(nowMs));
    if (expiresAt === null)
      throw new GatewayError(
        "conflict",
        "There is no export to fetch: it is not written yet, or its week is over.",
      );
    await writeAudit(tx, by.actor, nowMs, {
      action: "privacy_request.link",
      target: { kind: "privacy_request", id: requestId },
      before: null,
      after: { jobId: row.jobId, expiresAt },
    });
    return { link: `${row.jobId}.${secret}`, expiresAt };
  });
}

/** The file that a link opens, with the event that it was fetched. @throws GatewayError not_found for any other link */
export async function openExportLink(deps: JobDeps, link: string, ip: string | null): Promise<JobFileRow> {
  const [jobId = "", secret = ""] = link.trim().split(".");
  const nowMs = deps.clock.now();
  const file = await fileOfLink(deps.sql, jobId, hashOf(secret), new Date(nowMs));
  if (!file)
    throw new GatewayError(
      "not_found",
      "This link opens nothing: it is mistyped, was replaced, or its time is over.",
      {
        param: "link",
      },
    );
  const actor = { kind: "system", id: "export link", claimedBy: null, ip, requestId: null } as const;
  await deps.db.transaction((tx) =>
    writeAudit(tx, actor, nowMs, {
      action: "privacy_request.download",
      target: { kind: "privacy_request", id: file.request_id ?? jobId },
      before: null,
      after: { jobId, sha256: file.sha256 },
    }),
  );
  return file;
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
