/**
 * What of an event is personal, and whose it is. Ids of people become pseudonyms, which stay readable: who did what can be
 * followed. Addresses, names, notes and the like are sealed with the person's key. Pure: the caller brings the keys.
 */
import { PERSONAL_DATA } from "#lib/privacy/registry.ts";
import type { AuditRecord } from "./record.ts";

type Event = AuditRecord["event"];

/** Whose key seals: a person's, or that of the key, team, ... whose row it is. */
export interface Owner {
  readonly kind: string;
  readonly id: string;
}

/** What is put in place of what is personal. */
export interface Sealing {
  readonly pseudonym: (owner: Owner) => string;
  readonly seal: (owner: Owner, value: unknown) => string;
}

const PERSONS = new Set(["user", "end_user"]);
const EMAIL = /[^\s@<>"',;:()]+@[^\s@<>"',;:()]+\.[a-z]{2,}/i;
export const PSEUDONYM = /^psn_[0-9A-Z]{26}$/;

/** Members whose text is a user's id, and those that are an end user's. */
const USER_IDS = /^(user_?id|.*_by|by|by_user|.*By|assignee|approver|operator)$/i;
const END_USER_IDS = /^(end_?user(_?id)?)$/i;
/** Personal by the registry, and yet what an audit log is for: roles, teams, times. */
const READABLE = new Set([
  ...["id", "role", "kind", "team_id", "organization_id", "page", "query", "name", "description"],
  ...[
    "scope",
    "impact",
    "settings",
    "sealed",
    "input",
    "result",
    "progress",
    "error",
    "before",
    "after",
    "state",
    "sha256",
  ],
]);
const PERSONAL_NAMES: ReadonlySet<string> = new Set(
  Object.values(PERSONAL_DATA).flatMap((table) =>
    Object.entries(table)
      .filter(
        ([name, { handling }]) => handling !== "not personal" && !READABLE.has(name) && !/_at$/.test(name),
      )
      .map(([name]) => name),
  ),
);

/** The event with everything personal in it replaced. @param about whose key seals the reason; null: the target's */
export function withoutPersons(event: Event, sealing: Sealing, about: Owner | null = null): Event {
  const { actor, target } = event;
  const doer = { kind: actor.kind, id: actor.id };
  const thing = { kind: target.kind, id: target.id };
  const person = PERSONS.has(target.kind);
  const known = new Map<string, Owner>();
  if (person && !PSEUDONYM.test(target.id)) known.set(target.id, thing);
  if (actor.kind === "user" && !PSEUDONYM.test(actor.id)) known.set(actor.id, doer);
  const walk = new Walk(sealing, known);
  const members = (value: Event["before"]) => value && walk.members(value, person ? thing : null, thing);
  return {
    ...event,
    actor: {
      ...actor,
      id: actor.kind === "user" ? walk.person("user", actor.id) : actor.id,
      claimedBy: actor.claimedBy && sealing.seal(nameOwner(actor.claimedBy), actor.claimedBy),
      ip: actor.ip && sealing.seal(doer, actor.ip),
    },
    target: person ? { kind: target.kind, id: walk.person(target.kind, target.id) } : target,
    before: members(event.before),
    after: members(event.after),
    reason:
      event.reason === null || event.reason === ""
        ? event.reason
        : sealing.seal(about ?? thing, event.reason),
  };
}

/** Someone who is known by a name or an address alone. */
export function nameOwner(name: string): Owner {
  return { kind: "name", id: name.trim().toLowerCase() };
}

class Walk {
  readonly #sealing: Sealing;
  /** People whose bare id is recognised wherever it stands. */
  readonly #known: ReadonlyMap<string, Owner>;

  constructor(sealing: Sealing, known: ReadonlyMap<string, Owner>) {
    this.#sealing = sealing;
    this.#known = known;
  }

  /** A pseudonym stays one: that of an erased person has no key any more. */
  person(kind: string, id: string): string {
    const person = id !== "" && !PSEUDONYM.test(id) && !/^key_/.test(id) && !STAND_INS.has(id);
    return person ? this.#sealing.pseudonym({ kind, id }) : id;
  }

  /** @param whose the person whose row it is. @param thing whose key seals where no person is named */
  members(
    row: Readonly<Record<string, unknown>>,
    whose: Owner | null,
    thing: Owner,
  ): Record<string, unknown> {
    const named = row["userId"] ?? row["user_id"];
    const owner =
      whose ??
      (typeof named === "string" && named !== "" && !PSEUDONYM.test(named) && !STAND_INS.has(named)
        ? { kind: "user", id: named }
        : null);
    const subjectKind = row["subjectKind"] ?? row["subject_kind"] ?? row["scopeKind"] ?? row["scope_kind"];
    return Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        this.#member(name, value, owner, thing, typeof subjectKind === "string" ? subjectKind : null),
      ]),
    );
  }

  #member(
    name: string,
    value: unknown,
    whose: Owner | null,
    thing: Owner,
    subjectKind: string | null,
  ): unknown {
    if (isNothing(value)) return value;
    if (typeof value === "string") {
      if (/^(subject|scope)_?id$/i.test(name) && subjectKind !== null)
        return this.#subject(subjectKind, value, thing);
      if (END_USER_IDS.test(name)) return this.person("end_user", value);
      if (USER_IDS.test(name)) return this.person("user", value);
    }
    if (name === "scope" && isScope(value)) return this.#scope(value, thing);
    if (PERSONAL_NAMES.has(snake(name))) return this.#sealing.seal(whose ?? ownerOf(value, thing), value);
    return this.#value(value, whose, thing);
  }

  /** Whom or what a budget, a freeze or an incident is about; an address may be a person's. */
  #subject(kind: string, id: string, thing: Owner): string {
    if (PERSONS.has(kind)) return this.person(kind, id);
    return kind === "ip" && id !== "" ? this.#sealing.seal(thing, id) : id;
  }

  #scope(scope: Scope, thing: Owner): Scope {
    const { id, kind, label } = scope;
    const known = PERSONS.has(kind) && !PSEUDONYM.test(id);
    if (!known && kind !== "ip") return scope;
    const sealed = label === "" ? label : this.#sealing.seal(known ? { kind, id } : thing, label);
    return { ...scope, id: this.#subject(kind, id, thing), label: sealed };
  }

  #value(value: unknown, whose: Owner | null, thing: Owner): unknown {
    if (typeof value === "string") {
      const known = this.#known.get(value);
      if (known) return this.#sealing.pseudonym(known);
      return EMAIL.test(value) ? this.#sealing.seal(whose ?? ownerOf(value, thing), value) : value;
    }
    if (Array.isArray(value)) return value.map((item) => this.#value(item, whose, thing));
    if (typeof value !== "object" || value === null) return value;
    return this.members({ ...value }, whose, thing);
  }
}

interface Scope {
  readonly kind: string;
  readonly id: string;
  readonly label: string;
}

function isScope(value: unknown): value is Scope {
  if (typeof value !== "object" || value === null) return false;
  return ["kind", "id", "label"].every((name) => typeof Reflect.get(value, name) === "string");
}

/** What stands where a person would, and is none. */
const STAND_INS = new Set(["default_user_id", "master_key", "system", "schedule"]);

/** An address is its person's, whatever row it stands in. */
function ownerOf(value: unknown, thing: Owner): Owner {
  const found = typeof value === "string" ? EMAIL.exec(value) : null;
  return found ? nameOwner(found[0]) : thing;
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
