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
 * The sealer of a transaction. One of a database that was opened without the key (a command beside the gateway) writes its
 * event all the same, for an emergency must not fail for want of a key; but `withheld` in place of what is personal.
 */
export function sealerOf(tx: Tx): Pick<AuditSealer, "sealed"> {
  const sealer: unknown = Reflect.get(tx, SEALER);
  return isSealer(sealer) ? sealer : WITHHOLDING;
}

const WITHHOLDING: Pick<AuditSealer, "sealed"> = {
  sealed: async (event) => withoutPersons(event, { pseudonym: () => "withheld", seal: () => "withheld" }),
};

function isSealer(value: unknown): value is Pick<AuditSealer, "sealed"> {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "sealed") === "function";
}
