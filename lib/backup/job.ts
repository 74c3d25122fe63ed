/** The scheduled backup: written, read back, older ones cleared away. */
import path from "node:path";
import { GatewayError } from "../errors.ts";
import type { JobDeps } from "../jobs/deps.ts";
import type { JobKind } from "../jobs/job.ts";
import { isStartError } from "../node/start-error.ts";
import { backupKey, backupName, keepNewest, takeBackup } from "./take.ts";

export const backupJob: JobKind<JobDeps> = {
  kind: "backup",
  title: () => "Backup of everything",
  attempts: 3,
  cancellable: true,
  everyMs: (deps) => {
    const { folder, intervalMs } = deps.policy().config.backups;
    return folder === null ? 0 : intervalMs;
  },
  run: async ({ deps, progress, signal, startedBy }) => {
    const { backups, encryptionKey } = deps.policy().config;
    const { folder } = backups;
    if (folder === null)
      throw new GatewayError("invalid_request", "general_settings.backup_folder is not set.");
    // The runtime's own key where the configuration leaves it to the data folder.
    const key = backupKey(backups.passphrase, encryptionKey);
    if (key === null)
      throw new GatewayError(
        "invalid_request",
        "There is neither SHIN_ENCRYPTION_KEY nor SHIN_BACKUP_PASSPHRASE.",
      );
    const nowMs = deps.clock.now();
    try {
      const taken = await takeBackup({
        sql: deps.sql,
        db: deps.db,
        file: path.join(folder, backupName(nowMs)),
        key,
        nowMs,
        gatewayVersion: deps.version,
        actor: { kind: "system", id: startedBy, claimedBy: null, ip: null, requestId: null },
        signal,
        onTable: (name, done, of) => progress({ done, total: of, note: name }),
      });
      const removed = await keepNewest(deps.sql, folder, backups.keep, nowMs);
      const { file, id, rows, sha256, sizeBytes } = taken;
      return { id, file, rows, sha256, sizeBytes, removed: removed.length };
    } catch (error) {
      // Sentences for people: a full disk, a folder that cannot be written.
      if (isStartError(error))
        throw new GatewayError("internal", `${error.message}. ${error.advice}`, { cause: error });
      throw error;
    }
  },
};
