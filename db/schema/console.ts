/** People's access to the console: how they prove who they are, where they are signed in, and one-use codes. */
import { bigint, index, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** One for each user who may sign in. Name, address and role stand in `users`. */
export const consoleAccounts = pgTable(
  "console_accounts",
  {
    userId: text("user_id").primaryKey(),
    /** `scrypt$log2N$r$p$salt$hash`; null for people who come by OpenID Connect alone. */
    passwordHash: text("password_hash"),
    /** A session of an older version is over. */
    sessionVersion: integer("session_version").notNull().default(1),
    /** The TOTP secret under the gateway's encryption key. */
    totpSealed: text("totp_sealed"),
    totpConfirmedAt: instant("totp_confirmed_at"),
    /** The last 30-second step that was used: a code opens once. */
    totpLastStep: bigint("totp_last_step", { mode: "number" }),
    /** SHA-256 of each recovery code that is left. */
    recoveryHashes: text("recovery_hashes").array().notNull().default([]),
    /** `issuer#subject` at the OpenID Connect provider. */
    oidcSubject: text("oidc_subject"),
    lastSignedInAt: instant("last_signed_in_at"),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [uniqueIndex("console_accounts_oidc").on(table.oidcSubject)],
);

export const consoleSessions = pgTable(
  "console_sessions",
  {
    /** The token's `jti`. */
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    sessionVersion: integer("session_version").notNull(),
    createdAt: instant("created_at").notNull(),
    lastSeenAt: instant("last_seen_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    endedAt: instant("ended_at"),
    ip: text("ip"),
    userAgent: text("user_agent"),
  },
  (table) => [index("console_sessions_user").on(table.userId, table.createdAt)],
);

/** Set-up links and invitations. */
export const consoleCodes = pgTable("console_codes", {
  /** SHA-256 of the code. */
  codeHash: text("code_hash").primaryKey(),
  /** setup or invitation */
  kind: text("kind").notNull(),
  email: text("email"),
  role: text("role"),
  teamId: text("team_id"),
  createdBy: text("created_by").notNull(),
  createdAt: instant("created_at").notNull(),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
});
