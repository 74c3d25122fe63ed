/** 404 in words, with a way on. */
import { Compass } from "lucide-react";
import Link from "next/link";
import { NothingYet } from "../data-table/table-states.tsx";
import { buttonVariants } from "../ui/button.tsx";

export function NothingHere({
  href = "/ui/overview",
  label = "To the overview",
}: {
  href?: string;
  label?: string;
}) {
  return (
    <div className="rounded-lg border border-line bg-surface shadow-card">
      <h1 className="sr-only">Not found</h1>
      <NothingYet icon={Compass} title="There is nothing here">
        <p>It may have been removed, or the address has a slip.</p>
        <Link href={href} className={buttonVariants()}>
          {label}
        </Link>
      </NothingYet>
    </div>
  );
}
