/**
 * Seals what is personal in audit events, each person's with a key of their own, and opens it for those who may read it.
 * Destroying the key closes it for ever, and the chain of events stays whole: it is over the sealed form.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import type { Sql } from "#db/client.ts";
import {
  addSubjectKeys,
  keysByHash,
  keysByPseudonym,
  type StoredSubjectKey,
} from "#db/queries/subject-keys.ts";
import { subjectHash } from "#lib/privacy/subject.ts";
import { newId } from "../ids.ts";
import { open, seal } from "../secret-box.ts";
import { canonicalJson, sha256Hex } from "./canonical.ts";
import { type Owner, type Sealing, withoutPersons } from "./personal.ts";
import type { AuditRecord } from "./record.ts";

/** What stands in place of a value whose key was destroyed. */
export const ERASED = "erased";

interface OpenKey extends Owner {
  readonly pseudonym: string;
  /** 32 bytes in hex. */
  readonly key: string;
}

const SEALED = /^sealed\.v1\.(psn_[0-9A-Z]{26})\.([\w-]{38,})$/;
const PSEUDONYMS = /psn_[0-9A-Z]{26}/g;
const RECENT_MS = 5_000;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class AuditSealer {
  readonly #sql: Sql;
  readonly #secret: string;
  readonly #box: string;
  /** Keys to seal with, for a moment: many changes come from few people. */
  #recent = new Map<string, OpenKey>();
  #recentUntilMs = 0;

  /**
   * @param sql not the connections that changes run on: a key that is made here stays, whatever becomes of the change, so
   * that no two changes ever wait for each other over one
   * @param secret the gateway's encryption key
   */
  constructor(sql: Sql, secret: string) {
    this.#sql = sql;
    this.#secret = secret;
    this.#box = sha256Hex(`shin subject keys\n${secret}`);
  }

  /** The event as it is written. */
  async sealed(
    event: AuditRecord["event"],
    nowMs: number,
    about: Owner | null = null,
  ): Promise<AuditRecord["event"]> {
    const owners = new Map<string, Owner>();
    const note = (owner: Owner): string => {
      owners.set(this.hashOf(owner), owner);
      return "";
    };
    withoutPersons(event, { pseudonym: note, seal: note }, about);
    if (owners.size === 0) return event;
    const keys = await this.#keysOf(owners, nowMs);
    const keyOf = (owner: Owner): OpenKey => {
      const key = keys.get(this.hashOf(owner));
      if (!key) throw new Error(`no key for the ${owner.kind} of an audit event`);
      return key;
    };
    const sealing: Sealing = {
      pseudonym: (owner) => keyOf(owner).pseudonym,
      seal: (owner, value) => sealValue(keyOf(owner), value),
    };
    return withoutPersons(event, sealing, about);
  }

  /** Values as they were before they were sealed; of people who were erased, pseudonyms and `erased`. */
  async opened<T>(values: readonly T[]): Promise<T[]> {
    const text = JSON.stringify(values, (_, value: unknown) => (typeof value === "bigint" ? null : value));
    const pseudonyms = [...new Set(text.match(PSEUDONYMS) ?? [])];
    if (pseudonyms.length === 0) return [...values];
    const keys = new Map<string, OpenKey>();
    for (const row of await keysByPseudonym(this.#sql, pseudonyms)) {
      const key = this.#read(row);
      if (key) keys.set(row.pseudonym, key);
    }
    return values.map((value) => openAll(value, keys) as T);
  }

  /** The pseudonyms under which these stand in the log; nothing for those it never named. */
  async pseudonymsOf(owners: readonly Owner[]): Promise<string[]> {
    const rows = await keysByHash(
      this.#sql,
      owners.map((owner) => this.hashOf(owner)),
    );
    return rows.map(({ pseudonym }) => pseudonym);
  }

  /** The pseudonym of one, made where there is none yet. */
  async pseudonymOf(owner: Owner, nowMs: number): Promise<string> {
    const hash = this.hashOf(owner);
    const key = (await this.#keysOf(new Map([[hash, owner]]), nowMs)).get(hash);
    if (!key) throw new Error(`the key of a ${owner.kind} does not open: was SHIN_ENCRYPTION_KEY changed?`);
    return key.pseudonym;
  }

  /** An address as it stands sealed in each of these owners' events, for a search. */
  sealedForms(rows: readonly StoredSubjectKey[], text: string): string[] {
    return rows.flatMap((row) => {
      const key = this.#read(row);
      return key ? [sealValue(key, text)] : [];
    });
  }

  /** Asks the database anew from now on: a key was destroyed. */
  forget(nowMs: number): void {
    this.#recent = new Map();
    this.#recentUntilMs = nowMs + RECENT_MS;
  }

  hashOf({ id, kind }: Owner): string {
    return subjectHash(this.#secret, kind, id);
  }

  async #keysOf(owners: ReadonlyMap<string, Owner>, nowMs: number): Promise<Map<string, OpenKey>> {
    const hashes = [...owners.keys()].sort();
    if (nowMs >= this.#recentUntilMs || nowMs < this.#recentUntilMs - RECENT_MS) this.forget(nowMs);
    const recent = this.#recent;
    if (hashes.every((hash) => recent.has(hash))) return recent;
    let rows = await keysByHash(this.#sql, hashes);
    if (rows.length < hashes.length) {
      const known = new Set(rows.map((row) => row.subject_hash));
      const made = hashes
        .filter((hash) => !known.has(hash))
        .map((hash) => this.#made(hash, owners.get(hash), nowMs));
      await addSubjectKeys(this.#sql, made, new Date(nowMs));
      rows = await keysByHash(this.#sql, hashes);
    }
    const keys = new Map<string, OpenKey>();
    for (const row of rows) {
      const key = this.#read(row);
      if (key && row.subject_hash !== null) {
        keys.set(row.subject_hash, key);
        recent.set(row.subject_hash, key);
      }
    }
    return keys;
  }

  #made(hash: string, owner: Owner | undefined, nowMs: number) {
    const pseudonym = newId("psn", nowMs);
    const contents = { kind: owner?.kind, id: owner?.id, key: randomBytes(32).toString("hex") };
    return {
      pseudonym,
      subjectHash: hash,
      sealedKey: seal(this.#box, contextOf(pseudonym), JSON.stringify(contents)),
    };
  }

  /** Null once destroyed. @throws when it was sealed under another encryption key: nothing personal may be written in clear */
  #read({ pseudonym, sealed_key }: StoredSubjectKey): OpenKey | null {
    if (sealed_key === null) return null;
    const opened = open(this.#box, contextOf(pseudonym), sealed_key);
    if (opened.kind !== "open")
      throw new Error("a subject key does not open: is SHIN_ENCRYPTION_KEY the one of this database?");
    const { id, key, kind }: Omit<OpenKey, "pseudonym"> = JSON.parse(opened.text);
    return { pseudonym, kind, id, key };
  }
}

function contextOf(pseudonym: string): string {
  return `subject_keys:${pseudonym}`;
}

/** The same value of the same person reads the same: it can be searched for, and shows that two events had one address. */
function sealValue({ key, pseudonym }: OpenKey, value: unknown): string {
  const text = canonicalJson(value);
  const bytes = Buffer.from(key, "hex");
  const nonce = createHmac("sha256", bytes).update(text).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(pseudonym));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return `sealed.v1.${pseudonym}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url")}`;
}

function openValue({ key, pseudonym }: OpenKey, sealed: string): unknown {
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(key, "hex"), bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(pseudonym));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  return JSON.parse(text.toString("utf8"));
}

function openAll(value: unknown, keys: ReadonlyMap<string, OpenKey>): unknown {
  if (typeof value === "string") {
    const [, pseudonym = "", body = ""] = SEALED.exec(value) ?? [];
    if (pseudonym === "") return keys.get(value)?.id ?? value;
    const key = keys.get(pseudonym);
    return key ? openValue(key, body) : ERASED;
  }
  if (Array.isArray(value)) return value.map((item) => openAll(item, keys));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, openAll(inner, keys)]));
}
