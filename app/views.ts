/** The reader's own views of a page, as its menu needs them. */
import type { ViewChoice } from "#components/data-table/saved-views.tsx";
import { viewsOf } from "#db/queries/saved-views.ts";
import type { PageContext } from "./request.ts";

export async function viewsFor({ deps, session }: PageContext, page: string): Promise<ViewChoice[]> {
  const views = await viewsOf(deps.db, session.userId, page);
  return views.map(({ id, name, query }) => ({ id, name, query }));
}
