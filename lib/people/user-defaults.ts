/** What a new user gets where the body leaves a field out: `default_internal_user_params`. Pure. */
import { isMissing } from "#lib/keys/generation.ts";
import type { NewUserBody, UserDefaults } from "./schema.ts";

export function withUserDefaults(body: NewUserBody, defaults: UserDefaults): NewUserBody {
  const { available_teams: _teams, ...fields } = defaults;
  const sent = Object.entries(body).filter(([, value]) => !isMissing(value));
  return { ...body, ...fields, ...Object.fromEntries(sent) };
}
