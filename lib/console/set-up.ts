/** The first minutes: a one-use code, the first admin and the first key. */
import { randomInt } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import type { Db, Tx } from "#db/client.ts";
import { countAdmins, dropCodes, insertCode, takeCode, upsertAccount } from "#db/queries/console-access.ts";
import { users } from "#db/schema/people.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { type CreatedKey, createKeyIn } from "#lib/keys/operations.ts";
import { type Change, change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import { hashPassword, passwordFault } from "./password.ts";
import { hashCode } from "./totp.ts";

export const SET_UP_MS = 30 * 60_000;

/** Without letters that look like digits. */
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A new set-up code (50 bits, good for half an hour and one use); codes made before it end. */
export async function makeSetUpCode(db: Db, nowMs: number): Promise<string> {
  const letters = Array.from({ length: 12 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  const code = `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`;
  await db.transaction(async (tx) => {
    await dropCodes(tx, "setup");
    await insertCode(tx, {
      codeHash: hashCode(code),
      kind: "setup",
      createdBy: "start",
      createdAt: new Date(nowMs),
      expiresAt: new Date(nowMs + SET_UP_MS),
    });
  });
  return code;
}

/** True while nobody can sign in as an admin. */
export async function needsSetUp(db: Db): Promise<boolean> {
  return (await countAdmins(db)) === 0;
}

export interface SetUp {
  readonly userId: string;
  readonly key: CreatedKey;
}

/**
 * Uses a code: makes the admin (or gives an existing person that account) and a first key.
 * @throws GatewayError invalid_request for a code that is used up or a weak password
 */
export async function completeSetUp(
  operations: Operations,
  given: { readonly code: string; readonly email: string; readonly password: string },
  from: Pick<Actor, "ip" | "requestId">,
): Promise<SetUp> {
  const fault = passwordFault(given.password, [given.email.split("@")[0] ?? ""]);
  if (fault) throw new GatewayError("invalid_request", fault, { param: "password" });
  // Before the transaction: it takes a while, and no row should be locked for that long.
  const passwordHash = await hashPassword(given.password);
  return change(operations, async (tx) => {
    const now = new Date(operations.nowMs());
    const used = await takeCode(tx, "setup", hashCode(given.code), now);
    if (!used) {
      throw new GatewayError(
        "invalid_request",
        "This set-up link was used or is older than 30 minutes. Print a new one: shin setup-link",
        { param: "code" },
      );
    }
    const userId = await makeAdmin(tx, operations.nowMs(), { email: given.email, passwordHash }, from);
    const actor: Actor = { kind: "user", id: userId, claimedBy: null, ...from };
    const name = (given.email.split("@")[0] ?? "").replace(/[^A-Za-z0-9]/g, "") || "admin";
    const key = await createKeyIn(tx, operations, actor, {
      key_alias: await freeAlias(tx, `${name}-first-key`),
      user_id: userId,
    });
    const changes: Change[] = [
      { kind: "user", id: userId },
      { kind: "key", id: key.row.id },
    ];
    return { result: { userId, key }, changes };
  });
}

/** The admin that the environment names. @throws GatewayError invalid_request for a weak password */
export async function makeFirstAdmin(db: Db, email: string, password: string, nowMs: number): Promise<void> {
  const fault = passwordFault(password, []);
  if (fault) throw new GatewayError("invalid_request", `The password in SHIN_ADMIN_PASSWORD_FILE: ${fault}`);
  const passwordHash = await hashPassword(password);
  const from = { ip: null, requestId: null };
  await db.transaction((tx) => makeAdmin(tx, nowMs, { email, passwordHash }, from));
}

async function makeAdmin(
  tx: Tx,
  nowMs: number,
  { email, passwordHash }: { readonly email: string; readonly passwordHash: string },
  from: Pick<Actor, "ip" | "requestId">,
): Promise<string> {
  const [known] = await tx
    .select()
    .from(users)
    .where(sql`lower(${users.email}) = ${email.toLowerCase()}`)
    .for("update");
  const id = known?.id ?? newId("usr", nowMs);
  if (known) await tx.update(users).set({ role: "proxy_admin", blocked: false }).where(eq(users.id, id));
  else await tx.insert(users).values({ id, email: email.toLowerCase(), role: "proxy_admin" });
  await upsertAccount(tx, id, { passwordHash }, new Date(nowMs));
  const actor: Actor = { kind: "system", id: "set-up", claimedBy: null, ...from };
  await writeAudit(tx, actor, nowMs, {
    action: known ? "user.update" : "user.create",
    target: { kind: "user", id },
    before: known ? { role: known.role } : null,
    after: { email: email.toLowerCase(), role: "proxy_admin" },
  });
  return id;
}

async function freeAlias(tx: Tx, wanted: string): Promise<string> {
  const rows = await tx.execute(
    sql`select 1 from virtual_keys where alias = ${wanted} and deleted_at is null`,
  );
  return rows.length === 0 ? wanted : `${wanted}-${randomInt(1000, 10_000)}`;
}
