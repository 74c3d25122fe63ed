/**
 * The one table. It is rendered on the server: sorting and paging are links, so they work before any script has loaded
 * and can be shared. Its states are full, empty (nothing there yet, or nothing that matches) and failed; the skeleton has
 * the same columns.
 */
import { ArrowDown, ArrowUp, ChevronLeft, ChevronRight } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { integer } from "../format.ts";
import { buttonVariants } from "../ui/button.tsx";
import { cn } from "../ui/class-names.ts";
import { linkTo, type RawParams } from "./query.ts";
import { PageBox, RowBox } from "./selection.tsx";
import { type OptionColumn, TableOptions } from "./table-options.tsx";

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** Name in the URL's `sort`; absent: not sortable. */
  readonly sort?: string;
  readonly align?: "right";
  /** Left out on narrower screens. */
  readonly from?: "sm" | "md" | "lg" | "xl";
  readonly className?: string;
}

/** Widths at which a column comes in, as the classes below have them. */
const FROM_PX = { sm: 640, md: 768, lg: 1024, xl: 1280 } as const;

const FROM = {
  sm: "hidden sm:table-cell",
  md: "hidden md:table-cell",
  lg: "hidden lg:table-cell",
  xl: "hidden xl:table-cell",
};

export interface TableState {
  readonly path: string;
  readonly params: RawParams;
  readonly sort?: { readonly by: string; readonly order: "asc" | "desc" };
  readonly page: number;
  readonly size: number;
  /** Null: not counted; then `more` tells of another page. */
  readonly total: number | null;
  readonly more?: boolean;
  /** Of lists that are paged by position: links to the neighbours, and what stands for the numbers of the rows. */
  readonly keyset?: { readonly newer: string | null; readonly older: string | null; readonly range: string };
}

export interface DataTableProps<Row> {
  /** Read out as the table's name. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly state: TableState;
  /** Shown instead of rows. */
  readonly empty: ReactNode;
  /** What else the footer says, such as a sum. */
  readonly note?: ReactNode;
  readonly rowClass?: (row: Row) => string;
  /** Rows can be ticked, inside a SelectionProvider: what each is called, null for one that cannot. */
  readonly selectable?: (row: Row) => string | null;
}

export function DataTable<Row>({
  caption,
  columns,
  rows,
  keyOf,
  state,
  empty,
  note,
  rowClass,
  selectable,
}: DataTableProps<Row>) {
  const name = state.path.split("/").at(-1) ?? "";
  return (
    <div data-table={name} className="overflow-hidden rounded-lg border border-line bg-surface shadow-card">
      {rows.length === 0 ? (
        empty
      ) : (
        <section
          aria-label={caption}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          className="relative overflow-x-auto transition-opacity [body:has([data-filtering])_&]:opacity-50"
        >
          {/* On a narrow screen a long name takes a second line: cut, it would be lost there, and whole, it pushes the figures out. */}
          <table className="w-full border-collapse text-sm max-sm:[&_td_.truncate]:wrap-anywhere max-sm:[&_td_.truncate]:whitespace-normal">
            <caption className="sr-only">{caption}</caption>
            <thead>
              <tr className="border-line border-b bg-sunken/70">
                {selectable && (
                  <th scope="col" className="h-9 w-8 pl-4 text-left sm:w-10">
                    <PageBox />
                  </th>
                )}
                {columns.map((column) => (
                  <HeadCell key={column.id} column={column} state={state} />
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr
                  key={keyOf(row)}
                  className={cn(
                    "relative border-line border-b last:border-b-0 hover:bg-hover/60 has-[a:focus-visible]:bg-hover/60",
                    selectable && "has-[td:first-child_:checked]:bg-accent-wash/50",
                    rowClass?.(row),
                  )}
                >
                  {selectable && <SelectCell id={keyOf(row)} name={selectable(row)} />}
                  {columns.map((column) => (
                    <td
                      key={column.id}
                      data-col={column.id}
                      className={cn(
                        "h-11 max-w-72 px-3 py-1.5 align-middle first:pl-4 last:pr-4",
                        column.align === "right" && "num text-right",
                        column.from && FROM[column.from],
                        column.className,
                      )}
                    >
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {(rows.length > 0 || state.page > 1 || state.keyset?.newer) && (
        <Footer
          state={state}
          shown={rows.length}
          note={note}
          options={<TableOptions table={name} columns={optional(columns)} />}
        />
      )}
    </div>
  );
}

function HeadCell<Row>({ column, state }: { column: Column<Row>; state: TableState }) {
  const sorted = column.sort !== undefined && state.sort?.by === column.sort ? state.sort.order : null;
  const Arrow = sorted === "asc" ? ArrowUp : ArrowDown;
  const next = sorted === "desc" ? "asc" : "desc";
  return (
    <th
      scope="col"
      data-col={column.id}
      {...(sorted
        ? { "aria-sort": sorted === "asc" ? ("ascending" as const) : ("descending" as const) }
        : {})}
      className={cn(
        "h-9 whitespace-nowrap px-3 text-left font-medium text-soft text-xs first:pl-4 last:pr-4",
        column.align === "right" && "text-right",
        column.from && FROM[column.from],
        column.className,
      )}
    >
      {column.sort === undefined ? (
        column.header
      ) : (
        <Link
          scroll={false}
          prefetch={false}
          href={linkTo(state.path, state.params, { sort: column.sort, order: next })}
          className={cn("inline-flex items-center gap-1 hover:text-ink", sorted && "text-ink")}
        >
          {column.header}
          <Arrow aria-hidden className={cn("size-3", sorted ? "text-accent" : "opacity-0")} />
        </Link>
      )}
    </th>
  );
}

function SelectCell({ id, name }: { id: string; name: string | null }) {
  return <td className="w-8 pl-4 sm:w-10">{name !== null && <RowBox id={id} name={name} />}</td>;
}

/** Columns that can be left out: all but the one that names the row, and its actions. */
function optional<Row>(columns: readonly Column<Row>[]): OptionColumn[] {
  return columns
    .slice(1)
    .filter((column) => column.id !== "actions")
    .map(({ id, header, from }) => ({ id, header, fromPx: from ? FROM_PX[from] : 0 }));
}

interface FooterProps {
  readonly state: TableState;
  readonly shown: number;
  readonly note: ReactNode;
  readonly options: ReactNode;
}

function Footer({ state, shown, note, options }: FooterProps) {
  const { page, size, total, path, params, keyset } = state;
  const first = (page - 1) * size + 1;
  const more = total === null ? state.more === true : page * size < total;
  const toPage = (to: number) => linkTo(path, params, { page: to === 1 ? null : to });
  const newer = keyset ? keyset.newer : page > 1 ? toPage(page - 1) : null;
  const older = keyset ? keyset.older : more ? toPage(page + 1) : null;
  const range = keyset
    ? keyset.range
    : shown === 0
      ? "Nothing on this page"
      : `${integer(first)}–${integer(first + shown - 1)}`;
  const step = (href: string | null, icon: ReactNode, label: string) =>
    href !== null ? (
      <Link scroll={false} prefetch={false} href={href} className={cn(buttonVariants({ size: "icon-sm" }))}>
        {icon}
        <span className="sr-only">{label}</span>
      </Link>
    ) : (
      <span aria-hidden className={cn(buttonVariants({ size: "icon-sm" }), "opacity-40")}>
        {icon}
      </span>
    );
  return (
    <footer className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-line border-t bg-sunken/40 px-4 py-1.5 text-soft text-xs">
      <span className="num">
        {range}
        {total !== null && ` of ${integer(total)}`}
      </span>
      {note && <span className="num">{note}</span>}
      <div className="ml-auto flex items-center gap-1.5">
        {options}
        {(newer !== null || older !== null) && (
          <nav aria-label="Pages" className="flex items-center gap-1.5">
            {step(newer, <ChevronLeft aria-hidden />, "Previous page")}
            {step(older, <ChevronRight aria-hidden />, "Next page")}
          </nav>
        )}
      </div>
    </footer>
  );
}
