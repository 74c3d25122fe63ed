/** Sends alerts out: to each channel what it wants, several together as one message, again when that failed. */
import type { Sql } from "#db/client.ts";
import {
  type ChannelListRow,
  endDeliveries,
  listChannels,
  queueDeliveries,
  takeDeliveries,
} from "#db/queries/alert-channels.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import type { ResolveHost } from "../providers/guard.ts";
import { openChannel, readSettings, sentenceOf } from "./channel-operations.ts";
import { isQuiet, reaches, SEVERITIES } from "./channel-schema.ts";
import { type PostOptions, post } from "./post.ts";

/** Waits before the second and each later try; after the last one it counts as failed. */
const RETRY_MS = [30_000, 120_000, 600_000, 3_600_000];

export interface DeskOptions {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: () => Config;
  readonly resolve: ResolveHost;
}

export class AlertDesk {
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** What messages of now are sent with. */
  posting(): PostOptions {
    const { clock, resolve } = this.#options;
    const config = this.#options.config();
    return {
      mail: config.console.mail,
      allowInternal: config.allowPrivateApiBase,
      resolve,
      consoleUrl: config.console.publicUrl,
      nowMs: clock.now(),
    };
  }

  /** Sends what is due. @returns how many messages went out */
  async pass(): Promise<number> {
    const { clock, sql } = this.#options;
    const channels = (await listChannels(sql, new Date(clock.now()))).filter(({ enabled }) => enabled);
    if (channels.length === 0) return 0;
    await queueDeliveries(sql, new Date(clock.now()));
    const sent = await Promise.all(channels.map((channel) => this.#serve(channel)));
    return sent.filter((one) => one).length;
  }

  async #serve(row: ChannelListRow): Promise<boolean> {
    const { clock, log, sql } = this.#options;
    const config = this.#options.config();
    const { minSeverity, quiet } = readSettings(row.settings);
    const silent = isQuiet(quiet, clockTime(clock.now(), config.timezone));
    const least = silent ? "critical" : minSeverity;
    const now = new Date(clock.now());
    const due = await takeDeliveries(
      sql,
      row.id,
      now,
      SEVERITIES.filter((severity) => reaches(severity, least)),
    );
    if (due.length === 0) return false;
    const ids = due.map(({ alert_id }) => alert_id);
    try {
      await post(openChannel(row, config.encryptionKey), due, this.posting());
    } catch (error) {
      const waitMs = RETRY_MS[Math.max(...due.map(({ attempts }) => attempts)) - 1];
      const retryAt = waitMs === undefined ? null : new Date(clock.now() + waitMs);
      await endDeliveries(sql, row.id, ids, { at: now, error: sentenceOf(error), retryAt });
      log.warn({ channel: row.id, alerts: ids.length, final: retryAt === null }, "alerts were not delivered");
      return false;
    }
    await endDeliveries(sql, row.id, ids, { at: new Date(clock.now()), error: null, retryAt: null });
    return true;
  }
}

/** `23:10` on the wall of that zone. */
function clockTime(nowMs: number, timezone: string): string {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, hour: "2-digit", minute: "2-digit" });
  return format.format(nowMs);
}
