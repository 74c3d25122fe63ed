/** Where records about a person are looked for, as people read it: the tables and places of a search in eight stores. */

export const STORES = {
  users: [
    "users",
    "end_users",
    "memberships",
    "console_accounts",
    "console_sessions",
    "console_codes",
    "saved_views",
  ],
  keys: ["virtual_keys", "key_networks"],
  "request log": ["spend_records", "spend_hourly", "budget_spend", "log_file", "journal"],
  content: ["call_contents"],
  audit: ["audit_events", "audit_events_in_clear", "audit_keys", "subject_keys"],
  cache: ["limits"],
  exports: ["job_files", "job_file_parts"],
  governing: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Store = keyof typeof STORES;
export const STORE_NAMES = Object.keys(STORES) as readonly Store[];

/** Records by store; what stands in none of the others is about governing: requests, holds, reviews, alerts. */
export function byStore(located: Readonly<Record<string, unknown>>): Record<Store, number> {
  const sums = Object.fromEntries(STORE_NAMES.map((name) => [name, 0])) as Record<Store, number>;
  for (const [place, count] of Object.entries(located)) {
    const store =
      STORE_NAMES.find((name) => (STORES[name] as readonly string[]).includes(place)) ?? "governing";
    sums[store] += Number(count) || 0;
  }
  return sums;
}

export function sumOf(located: Readonly<Record<string, unknown>> | null): number {
  return Object.values(located ?? {}).reduce<number>((sum, count) => sum + (Number(count) || 0), 0);
}
