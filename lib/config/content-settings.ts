/** The settings of content storage: whether prompts and answers are kept, whose, how much of each, and for how long. */
import { toggle, wholeNumber } from "./parsers.ts";
import { settingsOf } from "./setting.ts";
import type { Settings } from "./settings.ts";

const setting = settingsOf<Settings>();

/** What is kept of what was said in calls. */
export interface ContentSettings {
  /** False: nothing is, whatever else is set. */
  readonly stored: boolean;
  /** Only calls of keys and teams whose metadata asks for it. */
  readonly optIn: boolean;
  /** Null: as set at the console, else the default. */
  readonly retentionDays: number | null;
  /** Of a prompt, and of an answer; what is longer is cut, and says so. */
  readonly maxBytes: number;
  /** Reading one takes a second person's approval. */
  readonly secondPerson: boolean;
}

export const CONTENT_SETTINGS = [
  setting("storePrompts", toggle(), {
    at: ["general_settings.store_prompts_in_spend_logs"],
    default: "false",
    doc: "Keeps prompts and answers, encrypted, to be read by break-glass alone. A key or team with store_prompts: false in its metadata, and a call with no-log, is left out.",
  }),
  setting("contentOptIn", toggle(), {
    at: ["general_settings.content_opt_in"],
    default: "false",
    doc: "With store_prompts_in_spend_logs: only calls of keys and teams whose metadata says store_prompts: true are kept.",
  }),
  setting("contentRetentionDays", wholeNumber({ min: 1, max: 3_650 }), {
    at: ["general_settings.content_retention_days"],
    default: "as set at the console, else 7",
    doc: "How many days prompts and answers are kept; never longer than the request records.",
  }),
  setting("contentMaxKilobytes", wholeNumber({ min: 1, max: 1_024 }), {
    at: ["general_settings.content_max_kilobytes"],
    default: "64",
    doc: "The most that is kept of a prompt, and of an answer; the rest is cut, and what is shown says so.",
  }),
  setting("contentSecondPerson", toggle(), {
    at: ["general_settings.content_second_person"],
    default: "false",
    doc: "Reading a kept prompt or answer takes a second person's approval at the console.",
  }),
];
