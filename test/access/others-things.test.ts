/**
 * Every route, asked for somebody else's things by everybody who has no business with them. What comes of it stands in a
 * table, a letter for each of them; a route without a line there fails, so that nobody adds one without saying who may.
 */
import { describe, expect, test } from "vitest";
import { ROUTES } from "#lib/gateway/route-table.ts";
import { type Answer, testGateway } from "#test/helpers/gateway.ts";
import { signedInAs } from "#test/helpers/session.ts";
import { askedFor, pathOf } from "./asked.ts";
import { EXPECTED } from "./expected.ts";
import { OF_HER, ONLY_HERS, somebody } from "./somebody.ts";

// Whoever tries this much is told to wait, which would hide what the routes themselves say.
const gateway = await testGateway({
  yaml: "general_settings:\n  throttle: { authentication: off, master_key: off, set_up: off, sign_in_account: off, privacy: off }\n",
});
const things = await somebody(gateway);
const asked = askedFor(things);

type Ask = (method: string, path: string, body: unknown) => Promise<Answer>;

const withKey =
  (key: string | null): Ask =>
  (method, path, body) =>
    gateway.call(method, path, { key, body });
const holder = async (role: string, fields: Record<string, unknown> = {}) => {
  const { json } = await gateway.call("POST", "/user/new", { body: { user_role: role, ...fields } });
  return { id: String(json.user_id), key: String(json.key) };
};
const cast = async (): Promise<readonly (readonly [string, Ask])[]> => {
  const admin = await holder("internal_user");
  await gateway.call("POST", "/team/new", {
    body: { team_id: "others", members_with_roles: [{ role: "admin", user_id: admin.id }] },
  });
  const program = await holder("internal_user", {
    kind: "service",
    user_alias: "program",
    metadata: { owner_user_id: admin.id },
    auto_create_key: false,
  });
  const blocked = await holder("proxy_admin");
  await gateway.call("POST", "/user/update", { body: { user_id: blocked.id, blocked: true } });
  const sessions = await Promise.all(
    (["developer", "finance", "dpo", "auditor"] as const).map(async (role) => {
      const { call } = await signedInAs(gateway, role, `${role}-at-the-console`);
      return [role, call] as const;
    }),
  );
  return [
    ["nobody", withKey(null)],
    ["a blocked admin", withKey(blocked.key)],
    ["a key of nobody", withKey(await gateway.newKey())],
    ["a team's key", withKey(await gateway.newKey({ team_id: "others" }))],
    ["a program's key", withKey(await gateway.newKey({ user_id: program.id }))],
    ["a user's key", withKey((await holder("internal_user")).key)],
    ["a team admin's key", withKey(admin.key)],
    ["a viewer's key", withKey((await holder("proxy_admin_viewer")).key)],
    ...sessions,
  ];
};

/** Reading all of these is what they are for; the letter says that they do. */
const READS_ALL = new Set(["a viewer's key", "auditor", "finance", "dpo"]);
/** Acts upon others by its role: what it changes is judged by the letters alone. */
const ACTS = new Set(["finance", "dpo"]);

function letterOf({ status, text }: Answer): string {
  if (status === 401) return "!";
  if (status === 403 || status === 404) return "-";
  if (status >= 400) return "?";
  return text.includes(ONLY_HERS) ? "S" : "o";
}

/** Every row of hers, but for what is written about asking. */
async function rowsOfHers(): Promise<string[]> {
  const { sql } = gateway.database;
  const tables = await sql<{ name: string }[]>`select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name !~ '^(audit|outbox|migrations)'`;
  const rows: string[] = [];
  for (const { name } of tables)
    for (const row of await sql<{ text: string }[]>`select t::text as text from ${sql(name)} t
      where t::text like ${`%${OF_HER}%`}`)
      rows.push(`${name} ${row.text}`);
  return rows;
}

const people = await cast();
const letters = new Map<string, Map<string, string>>();

describe.each(people)("%s", (name, ask) => {
  test("gets at nothing of hers and changes nothing, as the table says", async () => {
    const found = new Map<string, string>();
    letters.set(name, found);
    const before = ACTS.has(name) ? [] : await rowsOfHers();
    for (const { method, path } of ROUTES) {
      const route = `${method} ${path}`;
      const { body, query } = asked[route] ?? {};
      const url = pathOf(path, things) + (query === undefined ? "" : `?${query}`);
      const answer = await ask(method, url, method === "GET" ? undefined : (body ?? {}));
      const letter = letterOf(answer);
      found.set(route, letter);
      const shown = `${name}: ${route} gave ${answer.status} ${answer.text.slice(0, 300)}`;
      expect(answer.status, shown).toBeLessThan(500);
      if (answer.status >= 400) expect(answer.text, shown).not.toContain(ONLY_HERS);
      if (!READS_ALL.has(name)) expect(letter, shown).not.toBe("S");
    }
    const after = new Set(ACTS.has(name) ? [] : await rowsOfHers());
    expect(before.filter((row) => !after.has(row))).toEqual([]);
  });
});

test("the table has a line for each route, and each line is true", () => {
  const all = ROUTES.map(({ method, path }) => {
    const route = `${method} ${path}`;
    return [route, people.map(([name]) => letters.get(name)?.get(route)).join("")];
  });
  expect(Object.fromEntries(all)).toEqual(EXPECTED);
});
