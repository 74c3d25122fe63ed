/** 404 within the console. */
import { Compass } from "lucide-react";
import Link from "next/link";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { buttonVariants } from "#components/ui/button.tsx";

export default function NotFound() {
  return (
    <div className="rounded-lg border border-line bg-surface shadow-card">
      <h1 className="sr-only">Not found</h1>
      <NothingYet icon={Compass} title="There is nothing here">
        <p>It may have been removed, or the address has a slip.</p>
        <Link href="/ui/overview" className={buttonVariants()}>
          To the overview
        </Link>
      </NothingYet>
    </div>
  );
}
