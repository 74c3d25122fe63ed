/** The settings of operating: scheduled backups. */
import { text, timeSpan, wholeNumber } from "./parsers.ts";
import { settingsOf } from "./setting.ts";
import type { Settings } from "./settings.ts";

const setting = settingsOf<Settings>();

/** Scheduled backups, and what seals them. */
export interface BackupSettings {
  /** Absolute; null: none are made. */
  readonly folder: string | null;
  readonly intervalMs: number;
  /** How many stay; older ones are deleted. */
  readonly keep: number;
  /** Null: SHIN_ENCRYPTION_KEY seals them. */
  readonly passphrase: string | null;
}

export const OPERATE_SETTINGS = [
  setting("backupFolder", text(), {
    at: ["general_settings.backup_folder"],
    default: "none: no backups are made by themselves",
    doc: "Where scheduled backups go, relative to the working folder. Not on Vercel: there is no disk.",
  }),
  setting("backupIntervalMs", timeSpan({ minMs: 900_000, maxMs: 31 * 86_400_000 }), {
    at: ["general_settings.backup_interval"],
    default: "24h",
    doc: "How often a backup is made; at least 15m.",
  }),
  setting("backupKeep", wholeNumber({ min: 1, max: 1_000 }), {
    at: ["general_settings.backup_keep"],
    default: "7",
    doc: "How many backups stay in the folder; older ones are deleted after the next good one.",
  }),
];
