/** The check of content storage: whether prompts and answers are kept, for how many days, and that none outlives them. */
import { keptFigures } from "#db/queries/contents.ts";
import { readTerms } from "#lib/privacy/retention/terms.ts";
import { type Check, DAY_MS, daysSince, failed, passed, plural } from "../check.ts";

const MOST_DAYS = 30;
/** The purge runs once a day. */
const PURGE_DAYS = 2;

const contentStorage: Check = {
  id: "content_storage",
  title: "Prompts and answers",
  requirement: "Store minimal user data",
  guide: ["gdpr-1"],
  gdpr: ["5(1)(c)", "5(1)(e)", "25", "32(1)(a)"],
  soc2: ["P3.1", "P4.2"],
  ask: null,
  fix: {
    steps: [
      "Leave general_settings.store_prompts_in_spend_logs off, or set general_settings.content_retention_days to 30 or less",
    ],
    link: { href: "/ui/privacy/content", label: "Open Content" },
  },
  needs: "gateway",
  run: async ({ config, nowMs, sql }) => {
    const { oldest, rows } = await keptFigures(sql);
    const days = (await readTerms(sql, config)).find(({ store }) => store === "content")?.days ?? null;
    const { optIn, secondPerson, stored } = config.contents;
    const facts = {
      stored,
      opt_in: optIn,
      second_person: secondPerson,
      days,
      kept: rows,
      oldest: oldest?.toISOString() ?? null,
    };
    if (
      rows > 0 &&
      oldest !== null &&
      days !== null &&
      nowMs - oldest.getTime() > (days + PURGE_DAYS) * DAY_MS
    )
      return failed(
        `A prompt is kept since ${plural(daysSince(oldest, nowMs), "day")}, and ${days} are set`,
        facts,
      );
    if (!stored)
      return passed(
        rows === 0
          ? "Storing is off, and no prompt and no answer is kept"
          : `Storing is off; ${plural(rows, "call")} from before stay sealed until their ${days} days are over`,
        facts,
      );
    if (days === null || days > MOST_DAYS)
      return failed(
        `Prompts and answers are kept ${days === null ? "for ever" : `${days} days`}; at most ${MOST_DAYS} are wanted`,
        facts,
      );
    return passed(
      `Storing is on${optIn ? " for those who ask for it" : ""}: ${plural(rows, "call")} sealed, kept ${plural(days, "day")}, read by break-glass alone`,
      facts,
    );
  },
};

export const CONTENT_CHECKS: readonly Check[] = [contentStorage];
