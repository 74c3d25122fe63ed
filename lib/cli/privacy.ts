/** `shin privacy`: people's requests over the API of a running gateway, and certificates checked without one. */
import { createHash } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type PrivacyVerdict, verifyPrivacy } from "../privacy/requests/verify.ts";
import type { CliHost } from "./main.ts";

const FINDINGS = 3;
const LOOK_MS = 1_000;

export interface PrivacyTarget {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  readonly key: string;
}

type Answer = Record<string, unknown>;

/** Takes an access request through its steps and, once it may run, writes the archive. Exit code 0, or 3 while it waits for approval. */
export async function exportPerson(
  target: PrivacyTarget,
  given: { readonly subject: string; readonly kind?: string; readonly how: string; readonly out: string },
  host: CliHost,
): Promise<number> {
  const id = await leadToApproval(target, "access", given, host);
  host.out(`${id} waits for a second person: shin privacy requests approve ${id}, with their key.\n`);
  host.out(`Then: shin privacy fetch ${id} --out ${given.out}\n`);
  return FINDINGS;
}

/** The same for an erasure. */
export async function erasePerson(
  target: PrivacyTarget,
  given: { readonly subject: string; readonly kind?: string; readonly how: string },
  host: CliHost,
): Promise<number> {
  const id = await leadToApproval(target, "erasure", given, host);
  host.out(`${id} waits for a second person: shin privacy requests approve ${id}, with their key.\n`);
  host.out(`Then: shin privacy requests run ${id}\n`);
  return FINDINGS;
}

async function leadToApproval(
  target: PrivacyTarget,
  type: string,
  { how, kind, subject }: { readonly subject: string; readonly kind?: string; readonly how: string },
  host: CliHost,
): Promise<string> {
  const body = { type, subject, ...(kind === undefined ? {} : { subject_kind: kind }) };
  const made = await send(target, "POST", "/privacy/requests", body);
  const id = String(made["id"]);
  const path = `/privacy/requests/${id}`;
  await send(target, "POST", `${path}/identify`, { how });
  try {
    const found = await send(target, "POST", `${path}/locate`, {});
    host.err(`${String(found["records"])} records of ${String(found["subject"])} found\n`);
  } catch (error) {
    // Nobody else would close it.
    await send(target, "POST", `${path}/close`, { outcome: "no_data_held" });
    throw error;
  }
  await send(target, "POST", `${path}/decide`, { grant: true });
  return id;
}

/** Starts the run if it has not begun, waits for its end and writes the archive; its SHA-256 is compared. */
export async function fetchExport(
  target: PrivacyTarget,
  id: string,
  out: string,
  host: CliHost,
): Promise<void> {
  const done = await runToEnd(target, id, host);
  const { link } = await send(target, "POST", `/privacy/requests/${id}/link`, {});
  const answer = await fetch(new URL("/privacy/download", target.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ link }),
  });
  if (!answer.ok || !answer.body)
    throw new Error(`the gateway answered ${answer.status}: ${await answer.text()}`);
  const file = resolve(out);
  const part = await open(`${file}.part`, "w", 0o600);
  const hash = createHash("sha256");
  try {
    for await (const chunk of answer.body) {
      hash.update(chunk);
      await part.write(chunk);
    }
    await part.sync();
  } finally {
    await part.close();
  }
  const { job } = done as { job?: { result?: { sha256?: string } } };
  const expected = job?.result?.sha256;
  const sha256 = hash.digest("hex");
  if (expected !== undefined && expected !== sha256)
    throw new Error(`what arrived is not what was written: SHA-256 ${sha256} in place of ${expected}`);
  await rename(`${file}.part`, file);
  host.out(`${out}  SHA-256 ${sha256}\n`);
}

/** Runs an approved request. @returns it at its end @throws when its job fails */
export async function runToEnd(target: PrivacyTarget, id: string, host: CliHost): Promise<Answer> {
  const path = `/privacy/requests/${id}`;
  let told = -1;
  for (;;) {
    const row = await send(target, "GET", path);
    const job = row["job"] as {
      state: string;
      done: number | null;
      total: number | null;
      error: string | null;
    } | null;
    if (row["finished_at"] !== null) return row;
    if (job === null || job.state === "failed" || job.state === "cancelled") {
      if (job?.error) throw new Error(job.error);
      const begun = await send(target, "POST", `${path}/run`, {});
      if (begun["finished_at"] !== null) return begun;
    } else if (job.total && job.done !== null) {
      const percent = Math.floor((100 * job.done) / job.total);
      if (percent > told) host.err(`${percent} %\n`);
      told = Math.max(told, percent);
    }
    await setTimeout(LOOK_MS);
  }
}

export async function listOpen(target: PrivacyTarget, asJson: boolean, host: CliHost): Promise<void> {
  const { requests } = (await send(target, "GET", "/privacy/requests?state=open&page_size=100")) as {
    requests: { id: string; type: string; step: string; due_at: string; subject: string; drill: boolean }[];
  };
  if (asJson) {
    host.out(`${JSON.stringify(requests)}\n`);
    return;
  }
  if (requests.length === 0) host.out("no request is open\n");
  for (const one of requests)
    host.out(
      `${one.id}  due ${one.due_at.slice(0, 10)}  ${one.type.padEnd(13)} ${one.step.padEnd(8)} ${one.subject}${one.drill ? "  (drill)" : ""}\n`,
    );
}

/** A step that needs no more words. */
export async function takeStep(
  target: PrivacyTarget,
  id: string,
  step: string,
  host: CliHost,
): Promise<void> {
  const row = await send(target, "POST", `/privacy/requests/${id}/${step}`, {});
  host.out(`${id} stands at "${String(row["step"])}"\n`);
}

/** Checks a certificate or an export's manifest; needs no gateway and no network. Exit code 0, or 3 when it is not genuine. */
export async function verifyFile(
  file: string,
  key: string | null,
  asJson: boolean,
  host: CliHost,
): Promise<number> {
  const verdict = verdictOf(await readFile(file, "utf8"), key);
  if (asJson) host.out(`${JSON.stringify(verdict)}\n`);
  else {
    host.out(`${verdict.message}\n`);
    if (verdict.ok && !verdict.keyNamed)
      host.out(
        `signed by key ${verdict.keyId}, which it names itself: compare it with GET /audit/key, or pass --key\n`,
      );
  }
  return verdict.ok ? 0 : FINDINGS;
}

function verdictOf(text: string, key: string | null): PrivacyVerdict {
  try {
    return verifyPrivacy(JSON.parse(text), key);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ok: false, message: "This file is no JSON.", keyId: null, keyNamed: key !== null };
  }
}

/** @throws with the gateway's own sentence when it refuses */
export async function send(
  target: PrivacyTarget,
  method: string,
  path: string,
  body?: Answer,
): Promise<Answer> {
  const answer = await fetch(new URL(path, target.url), {
    method,
    headers: {
      authorization: `Bearer ${target.key}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const read: Answer & { error?: { message?: string } } = await answer.json();
  if (!answer.ok) throw new Error(read.error?.message ?? `the gateway answered ${answer.status}`);
  return read;
}
