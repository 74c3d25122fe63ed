/** Tabs that are links: each has its own address, and none needs a script. */
import Link from "next/link";
import { cn } from "../ui/class-names.ts";

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly href: string;
}

export function Tabs({ tabs, here, label }: { tabs: readonly Tab[]; here: string; label: string }) {
  return (
    <nav
      aria-label={label} // Wrapped where they do not fit: a tab that is scrolled out of sight is not found.
      className="mb-5 flex gap-1 border-line border-b max-sm:flex-wrap sm:overflow-x-auto"
    >
      {tabs.map((tab) => (
        <Link
          key={tab.id}
          scroll={false}
          prefetch={false}
          href={tab.href}
          aria-current={tab.id === here ? "page" : undefined}
          className={cn(
            "-mb-px whitespace-nowrap border-transparent border-b-2 px-3 py-2 text-sm hover:text-ink",
            tab.id === here ? "border-accent font-medium text-ink" : "text-soft",
          )}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
