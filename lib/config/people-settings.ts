/** The settings of users that are made, and of teams that they may join by themselves. */
import { userDefaultsSchema } from "../people/schema.ts";
import { fieldsOf } from "./key-settings.ts";
import { settingsOf } from "./setting.ts";
import type { Settings } from "./settings.ts";

const setting = settingsOf<Settings>();

export const PEOPLE_SETTINGS = [
  setting("userDefaults", fieldsOf(userDefaultsSchema, "map of fields of /user/new, and available_teams"), {
    at: ["litellm_settings.default_internal_user_params"],
    default: "none",
    doc: "What a new user gets where its body leaves a field out. `available_teams` lists teams that any user may join by itself.",
  }),
];
