/** Whom a request is about, and under which names their data stand in the stores. */
import { createHmac } from "node:crypto";
import type { Sql } from "#db/client.ts";
import { pseudonym } from "./anonymise.ts";

/** A person with an account, or one behind an application (`user` of a call). */
export interface DataSubject {
  readonly kind: "user" | "end_user";
  readonly id: string;
}

/** Everything that leads to a person. */
export interface Identity {
  readonly subject: DataSubject;
  /** Their id, and what `anonymize_logs` writes in its place. */
  readonly ids: readonly string[];
  /** Their present e-mail address. */
  readonly email: string | null;
  /** What operators call them. */
  readonly alias: string | null;
  /** Ids of their virtual keys, deleted ones too. */
  readonly keyIds: readonly string[];
}

/** Looks them up; someone without a row has an identity as well: calls may have named them. */
export async function identify(sql: Sql, subject: DataSubject, key: string): Promise<Identity> {
  const ids = [subject.id, pseudonym(subject.id, key)];
  if (subject.kind === "end_user") {
    const [row] = await sql<{ alias: string | null }[]>`select alias from end_users where id = ${subject.id}`;
    return { subject, ids, email: null, alias: row?.alias ?? null, keyIds: [] };
  }
  const [row] = await sql<{ email: string | null; alias: string | null }[]>`
    select email, alias from users where id = ${subject.id}`;
  const keys = await sql<
    { id: string }[]
  >`select id from virtual_keys where user_id = ${subject.id} order by id`;
  return {
    subject,
    ids,
    email: row?.email ?? null,
    alias: row?.alias ?? null,
    keyIds: keys.map(({ id }) => id),
  };
}

/** Finds a person again without naming them. @param key the gateway's encryption key */
export function subjectHash(key: string, kind: string, value: string): string {
  return createHmac("sha256", `shin data subject\n${key}`).update(`${kind}\n${value}`).digest("hex");
}
