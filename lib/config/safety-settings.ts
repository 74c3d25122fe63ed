/** The settings of incidents and of keys' life: who has to agree, how old a key may grow, and what use of one is odd. */
import { number, timeSpan, toggle, wholeNumber } from "./parsers.ts";
import { settingsOf } from "./setting.ts";
import type { Settings } from "./settings.ts";

const setting = settingsOf<Settings>();

export const SAFETY_SETTINGS = [
  setting("incidentSecondPerson", toggle(), {
    at: ["general_settings.incident_second_person"],
    default: "false",
    doc: "Incident actions that cannot be undone (revoke, rotate the master key, end sessions) wait for a second person's approval in the console.",
  }),
  setting("rotationDays", wholeNumber({ max: 3_650 }), {
    at: ["general_settings.rotation_days"],
    default: "90",
    doc: "Master, provider and virtual keys older than this raise an alert; 0: no reminders.",
  }),
  setting("rotationGraceMs", timeSpan({ minMs: 0, maxMs: 30 * 86_400_000 }), {
    at: ["general_settings.rotation_grace"],
    default: "7d",
    doc: "How long the secret of a key with auto_rotate goes on after its day has come.",
  }),
  setting("keyHabitFactor", number({ max: 1_000_000 }), {
    at: ["general_settings.key_habit_factor"],
    default: "5",
    doc: "A key with more calls in an hour than this many times its average in that hour of the last 14 days raises an alert, from 100 calls up; 0: never.",
  }),
];
