/** Who a key can be given to: everybody for an admin, oneself for others. */
import { ownerChoices } from "#db/queries/console-keys.ts";
import type { PageContext } from "./request.ts";

export async function ownersFor({ deps, session, ownUserId }: PageContext): ReturnType<typeof ownerChoices> {
  if (ownUserId === null) return ownerChoices(deps.sql);
  return { users: [{ id: session.userId, name: session.name }], teams: [] };
}
