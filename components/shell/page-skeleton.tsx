/** A page on its way: its title, and the shape of what comes. */
import { TableSkeleton } from "../data-table/table-states.tsx";
import { PageHeader } from "./page-header.tsx";

export function PageSkeleton({ title }: { title: string }) {
  return (
    <div role="status">
      <span className="sr-only">Loading</span>
      <PageHeader title={title} note={<span aria-hidden className="skeleton inline-block h-3 w-64" />} />
      <TableSkeleton columns={6} rows={10} />
    </div>
  );
}
