/** Verifies an exported audit log without the gateway: line by line, in constant memory. */
import { createHash } from "node:crypto";
import { canonicalJson, genesisHash } from "./canonical.ts";
import { type Broken, broken, ChainCheck } from "./chain-check.ts";
import { type ExportLine, lineSchema } from "./export.ts";
import { isSigned } from "./signing-key.ts";
import type { Verdict } from "./verify.ts";

export interface ExportVerdict extends Verdict {
  /** The key that signed the file. */
  readonly keyId: string | null;
  /** True when the reader named that key; otherwise it is only what the file says of itself. */
  readonly keyNamed: boolean;
}

/**
 * Stops at the first fault.
 * @param lines the file's lines without their ends
 * @param trusted ids of the keys whose signatures count; empty: the key that the file names
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  trusted: readonly string[],
): Promise<ExportVerdict> {
  const file = new FileCheck(trusted);
  for await (const text of lines) {
    const fault = file.take(text);
    if (fault) return file.verdict(fault);
  }
  return file.verdict(file.faultOfEnd());
}

class FileCheck {
  readonly #named: readonly string[];
  readonly #digest = createHash("sha256");
  #chain: ChainCheck | null = null;
  #keyId: string | null = null;
  #publicKey = "";
  #heads = 0;
  #lines = 0;
  #done = false;

  constructor(named: readonly string[]) {
    this.#named = named;
  }

  take(text: string): Broken | null {
    this.#lines += 1;
    const line = parsed(text);
    if (line === null) return this.#fault("changed", `line ${this.#lines} is no line of an audit export`);
    if (this.#done) return this.#fault("inserted", `line ${this.#lines} stands after the manifest`);
    if ("manifest" in line) return this.#manifest(line);
    this.#digest.update(`${text}\n`, "utf8");
    if ("header" in line) return this.#header(line.header);
    const chain = this.#chain;
    if (chain === null) return this.#fault("missing", "the first line is no header");
    if ("record" in line) return chain.record(line.record);
    this.#heads += 1;
    return chain.signedHead(line.head);
  }

  /** A file without its manifest has lost its end. */
  faultOfEnd(): Broken | null {
    return this.#done ? null : this.#fault("cut", "the manifest is missing: the file was cut off");
  }

  verdict(fault: Broken | null): ExportVerdict {
    const head = this.#chain?.head ?? null;
    const last = this.#chain?.last ?? { number: 0, hash: "", time: null };
    const checked = this.#chain?.checked ?? 0;
    return {
      ok: fault === null,
      checked,
      older: 0,
      last,
      head: head && { number: head.number, hash: head.hash, time: head.time, keyId: head.keyId },
      unsigned: head === null ? checked : last.number - head.number,
      broken: fault,
      keyId: this.#keyId,
      keyNamed: this.#keyId !== null && this.#named.includes(this.#keyId),
    };
  }

  #header(header: Extract<ExportLine, { header: unknown }>["header"]): Broken | null {
    if (this.#chain) return this.#fault("inserted", "there is a second header");
    const { keyId, publicKey, startedAfter } = header;
    this.#keyId = keyId;
    this.#publicKey = publicKey;
    const trusted = this.#named.length > 0 ? this.#named : [keyId];
    this.#chain = new ChainCheck({ number: startedAfter, hash: genesisHash(startedAfter) }, trusted);
    return null;
  }

  #manifest({ manifest, signature }: Extract<ExportLine, { manifest: unknown }>): Broken | null {
    const chain = this.#chain;
    if (chain === null) return this.#fault("missing", "the first line is no header");
    this.#done = true;
    const { keyId, publicKey } = manifest;
    if (
      keyId !== this.#keyId ||
      publicKey !== this.#publicKey ||
      !isSigned({ keyId, publicKey }, canonicalJson(manifest), signature)
    )
      return this.#fault("signature", "the manifest is not signed by the key that the file names");
    if (this.#named.length > 0 && !this.#named.includes(keyId))
      return this.#fault(
        "foreign_key",
        `the file is signed by key ${keyId}, which is none that was named as trusted`,
      );
    const { number, hash } = chain.last;
    if (manifest.last.number !== number || manifest.last.hash !== hash || manifest.records !== chain.checked)
      return this.#fault(
        "cut",
        `the manifest tells of ${manifest.records} records up to #${manifest.last.number}, the file holds ${chain.checked} up to #${number}`,
      );
    if (manifest.heads !== this.#heads || manifest.sha256 !== this.#digest.digest("hex"))
      return this.#fault("changed", "the file's bytes are not those that the manifest was signed over");
    return null;
  }

  #fault(kind: Broken["kind"], message: string): Broken {
    return broken((this.#chain?.last.number ?? 0) + 1, kind, message);
  }
}

function parsed(text: string): ExportLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  const line = lineSchema.safeParse(value);
  return line.success ? line.data : null;
}
