/** A database whose transactions know how to seal audit events: whoever has one of them can write events, without more. */
import { type Db, database, type Sql, type Tx } from "#db/client.ts";
import { withoutPersons } from "./personal.ts";
import type { AuditSealer } from "./sealer.ts";

/** Next's bundle has a copy of this module of its own: the name is the same in both. */
const SEALER = Symbol.for("shin.audit-sealer");

export function sealedDatabase(sql: Sql, sealer: AuditSealer): Db {
  const db = database(sql);
  const plain = db.transaction.bind(db);
  const transaction: Db["transaction"] = (work, config) =>
    plain((tx) => {
      Object.defineProperty(tx, SEALER, { value: sealer });
      return work(tx);
    }, config);
  return Object.assign(db, { transaction });
}

/**
 * The sealer of a transaction. One of a database that was opened without takes events about nobody alone.
 * @throws TypeError from that one for an event that has something personal: no name goes in in clear
 */
export function sealerOf(tx: Tx): Pick<AuditSealer, "sealed"> {
  const sealer: unknown = Reflect.get(tx, SEALER);
  return isSealer(sealer) ? sealer : IMPERSONAL;
}

const IMPERSONAL: Pick<AuditSealer, "sealed"> = {
  sealed: async (event) => withoutPersons(event, { pseudonym: refuse, seal: refuse }),
};

function refuse(): never {
  throw new TypeError("audit events that name a person are written through sealedDatabase() alone");
}

function isSealer(value: unknown): value is Pick<AuditSealer, "sealed"> {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "sealed") === "function";
}
