/**
 * Links to a job's file, for whoever has no session: good for a quarter of an hour and for one use. The secret is shown
 * once and stands nowhere but as its hash; of many uses at one time one gets the file.
 */
import { createHash, randomBytes } from "node:crypto";
import type { Tx } from "#db/client.ts";
import { linkOf, setFileLink, takeFileLink } from "#db/queries/file-links.ts";
import type { JobFileRow } from "#db/queries/job-files.ts";
import { GatewayError } from "../errors.ts";

export const LINK_LIFE_MS = 15 * 60_000;

export interface FileLink {
  /** Shown this once. */
  readonly secret: string;
  readonly expiresAt: Date;
}

/** A new link in place of any before; the caller writes the event. @returns null without a file that is whole */
export async function newFileLink(tx: Tx, jobId: string, nowMs: number): Promise<FileLink | null> {
  const secret = randomBytes(24).toString("base64url");
  const expiresAt = new Date(nowMs + LINK_LIFE_MS);
  const made = await setFileLink(tx, jobId, hashOf(secret), expiresAt, new Date(nowMs));
  return made ? { secret, expiresAt } : null;
}

/**
 * Uses a link up; the caller writes the event in the same transaction, and sends the file when that has committed.
 * @throws GatewayError gone for one that was used or is late; not_found for any other secret
 */
export async function useFileLink(tx: Tx, jobId: string, secret: string, nowMs: number): Promise<JobFileRow> {
  const hash = hashOf(secret);
  const now = new Date(nowMs);
  const file = await takeFileLink(tx, jobId, hash, now);
  if (file) return file;
  const link = await linkOf(tx, jobId, hash);
  const ask = "Ask whoever sent it for a new one: the file is kept for a week.";
  if (link?.used) throw gone(`This link was used already: it opens the file once. ${ask}`);
  if (link) throw gone(`This link's time is over: it is good for 15 minutes. ${ask}`);
  throw new GatewayError(
    "not_found",
    "This link opens nothing: it is mistyped, or a newer one replaced it.",
    {
      param: "link",
    },
  );
}

function gone(message: string): GatewayError {
  return new GatewayError("gone", message, { param: "link" });
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
