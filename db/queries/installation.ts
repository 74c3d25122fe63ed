/** What one database calls itself, whichever processes use it. */
import type { Sql } from "../client.ts";

/** The installation's id; made the first time. @param proposed the id it gets if it has none */
export async function installationId(sql: Sql, proposed: string): Promise<string> {
  await sql`insert into settings (name, value, updated_by) values ('installation', ${sql.json(proposed)}, 'system')
    on conflict (name) do nothing`;
  const [row] = await sql<{ value: string }[]>`select value from settings where name = 'installation'`;
  return row?.value ?? proposed;
}
