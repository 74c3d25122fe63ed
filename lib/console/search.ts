/** The console's search: one question, answered from what the reader's role may see and from nothing else. */
import type { Sql } from "#db/client.ts";
import { searchKeys, searchTeams, searchUsers } from "#db/queries/console-search.ts";
import { findCall } from "./find-calls.ts";
import { maySee, PAGES, type Role, seesEverything } from "./roles.ts";

export interface Finding {
  readonly kind: "key" | "user" | "team" | "model" | "request";
  readonly id: string;
  readonly name: string;
  /** What tells it from others of the same name. */
  readonly note: string | null;
  /** Its page. */
  readonly path: string;
}

export interface SearchReader {
  readonly role: Role;
  readonly userId: string;
}

const MOST = 5;
const HASH = /^[0-9a-f]{64}$/;
const REQUEST_ID = /^[\w.:-]{8,128}$/;

/**
 * @param text a name, an id, or the SHA-256 of a secret in hex: the browser hashes what looks like one
 * @param models the names of the gateway's models
 */
export async function search(
  sql: Sql,
  reader: SearchReader,
  text: string,
  models: readonly string[],
): Promise<Finding[]> {
  const { role } = reader;
  const own = seesEverything(role) ? null : reader.userId;
  const hash = HASH.test(text) ? text : null;
  // A hash is a secret's and nothing else's; whatever else is asked for may be of any kind.
  const [keys, users, teams, call] = await Promise.all([
    maySee(role, "keys") ? searchKeys(sql, text, hash, own, MOST) : [],
    maySee(role, "users") && hash === null ? searchUsers(sql, text, MOST) : [],
    maySee(role, "teams") && hash === null ? searchTeams(sql, text, own, MOST) : [],
    maySee(role, "logs") && hash === null && REQUEST_ID.test(text) ? findCall(sql, text, own) : null,
  ]);
  const found: Finding[] = keys.map((key) => ({
    kind: "key",
    id: key.id,
    name: key.alias ?? `${key.secret_start}…${key.secret_last4}`,
    note: key.deleted_at ? "revoked" : key.former ? "its former secret" : key.owner,
    path: `${PAGES.keys.path}/${key.id}`,
  }));
  for (const { id, name, note } of users)
    found.push({ kind: "user", id, name, note: note === name ? null : note, path: pathOf("users", id) });
  for (const { id, name, note } of teams)
    found.push({ kind: "team", id, name, note, path: pathOf("teams", id) });
  if (maySee(role, "models") && hash === null) found.push(...modelsNamed(text, models));
  if (call) {
    const id = encodeURIComponent(call.id);
    const note = `${call.model} · ${call.outcome ?? call.state}`;
    found.push({
      kind: "request",
      id: call.id,
      name: call.id,
      note,
      path: `${PAGES.logs.path}?q=${id}&id=${id}`,
    });
  }
  return found;
}

function pathOf(page: "users" | "teams", id: string): string {
  return `${PAGES[page].path}/${encodeURIComponent(id)}`;
}

function modelsNamed(text: string, models: readonly string[]): Finding[] {
  const wanted = text.toLowerCase();
  return models
    .filter((name) => name.toLowerCase().includes(wanted))
    .slice(0, MOST)
    .map((name) => ({
      kind: "model",
      id: name,
      name,
      note: null,
      path: `${PAGES.models.path}?q=${encodeURIComponent(name)}`,
    }));
}
