/** What stands in a table's place: nothing yet, nothing that matches, a failure, or the wait for rows. */
import { CircleAlert, SearchX } from "lucide-react";
import Link from "next/link";
import type { ComponentType, ReactNode } from "react";
import { buttonVariants } from "../ui/button.tsx";
import { cn } from "../ui/class-names.ts";

function Place({
  icon: Icon,
  title,
  children,
}: {
  icon: ComponentType<{ className?: string }>;
  title: string;
  children?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <span className="mb-3 flex size-10 items-center justify-center rounded-lg border border-line bg-sunken text-faint">
        <Icon className="size-5" aria-hidden />
      </span>
      <p className="font-semibold text-ink text-sm">{title}</p>
      <div className="mt-1 flex max-w-md flex-col items-center gap-3 text-soft text-sm">{children}</div>
    </div>
  );
}

export const NothingYet = Place;

export function NothingMatches({
  what,
  clearHref,
  filters,
}: {
  what: string;
  clearHref: string;
  filters: number;
}) {
  return (
    <Place icon={SearchX} title={`No ${what} match`}>
      <Link href={clearHref} scroll={false} className={buttonVariants({ size: "sm" })}>
        Clear {filters === 1 ? "the filter" : `${filters} filters`}
      </Link>
    </Place>
  );
}

export function LoadFailed({ what, children }: { what: string; children?: ReactNode }) {
  return (
    <Place icon={CircleAlert} title={`${what} could not be loaded`}>
      {children}
    </Place>
  );
}

export function TableSkeleton({ columns, rows = 8 }: { columns: number; rows?: number }) {
  const cells = Array.from({ length: columns }, (_, index) => index);
  return (
    <div aria-hidden className="overflow-hidden rounded-lg border border-line bg-surface shadow-card">
      <div className="h-9 border-line border-b bg-sunken/70" />
      {Array.from({ length: rows }, (_, row) => (
        <div key={`row-${row.toString()}`} className="flex h-11 items-center gap-6 border-line border-b px-4">
          {cells.map((cell) => (
            <span
              key={cell}
              className={cn("skeleton h-3", cell === 0 ? "w-40" : "w-16", cell > 2 && "hidden md:block")}
            />
          ))}
        </div>
      ))}
      <div className="h-11" />
    </div>
  );
}
