/** What each tab of a key's page works with. */
import type { Query, RawParams } from "#components/data-table/query.ts";
import type { KeyListRow } from "#db/queries/console-keys.ts";
import type { PageContext } from "../../../../request.ts";

export interface KeyView {
  readonly page: PageContext;
  readonly row: KeyListRow;
  readonly path: string;
  readonly params: RawParams;
  readonly query: Query;
}
