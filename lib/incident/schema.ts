/** Bodies of the incident API, for the gateway, the console's forms and the API reference. */
import { z } from "zod";
import { text } from "../api-fields.ts";
import { ACTIONS, SCOPE_KINDS } from "./names.ts";

/** `id`: a key (secret, hash or id), a team, a user, an address or CIDR, an instant; nothing for all and master_key. */
export const scopeSchema = z.strictObject({
  kind: z.enum(SCOPE_KINDS, `must be one of ${SCOPE_KINDS.join(", ")}`),
  id: text(512).nullish(),
});
export type ScopeBody = z.infer<typeof scopeSchema>;

/** A reading; a body, since a key may be named by its secret, which belongs into no URL. */
export const impactSchema = z.strictObject({ scope: scopeSchema });

/** Made beforehand by whoever asks (`shin keys master --generate`), so that a lost answer loses no key. */
const newMasterKey = text(512).nullish();

const reason = text(2_000).trim().min(3, "must say why, in 3 characters or more");

export const freezeSchema = z.strictObject({
  scope: scopeSchema,
  reason,
  /** Tells the reason to refused callers. */
  show_reason: z.boolean("must be true or false").nullish(),
  /** The incident it belongs to; without it one is opened. */
  incident_id: text(64).nullish(),
});
export type FreezeBody = z.infer<typeof freezeSchema>;

export const unfreezeSchema = z.strictObject({
  freeze_id: text(64).nullish(),
  incident_id: text(64).nullish(),
  /** Every freeze in force. */
  all: z.boolean("must be true or false").nullish(),
  reason,
});
export type UnfreezeBody = z.infer<typeof unfreezeSchema>;

export const openSchema = z.strictObject({
  scope: scopeSchema,
  reason,
  /** Runs every step without effect. */
  drill: z.boolean("must be true or false").nullish(),
});

export const runSchema = z.strictObject({
  actions: z
    .array(z.enum(ACTIONS, `must be of ${ACTIONS.join(", ")}`), "must be a list of actions")
    .min(1, "must name one action or more")
    .max(ACTIONS.length),
  reason,
  /** As the impact says it; for actions that cannot be undone. */
  phrase: text(200).nullish(),
  /** How long replaced master keys go on, with rotate_master_key: `24h`; none when absent. */
  grace_period: text(16).nullish(),
  /** With rotate_master_key: the key that is to be the master key; the gateway makes one when absent. */
  new_key: newMasterKey,
});
export type RunBody = z.infer<typeof runSchema>;

export const closeSchema = z.strictObject({ summary: reason });
export const approveSchema = z.strictObject({});

export const rotateMasterSchema = z.strictObject({
  /** How long replaced keys go on working: `24h` when absent, `0s` for not at all, 30 days at most. */
  grace_period: text(16).nullish(),
  /** The key that is to be the master key; the gateway makes one when absent. */
  new_key: newMasterKey,
  reason: reason.nullish(),
});
export const finishMasterSchema = z.strictObject({});
