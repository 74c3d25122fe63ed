"use client";
/** Every operation by group; a word or two narrows the list. `/` goes to the search. */
import { Search } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { shortcutsNow } from "../palette/shortcuts.ts";
import { cn } from "../ui/class-names.ts";
import { Input } from "../ui/input.tsx";
import { Method } from "./method.tsx";

export interface ListedGroup {
  readonly slug: string;
  readonly name: string;
  readonly operations: readonly {
    readonly id: string;
    readonly method: string;
    readonly path: string;
    readonly summary: string;
  }[];
}

export function OperationList({ groups }: { groups: readonly ListedGroup[] }) {
  const here = usePathname();
  const [typed, setTyped] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || !shortcutsNow()) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener("keydown", focus);
    return () => window.removeEventListener("keydown", focus);
  }, []);
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = groups
    .map((group) => ({
      ...group,
      operations: group.operations.filter((one) => {
        const text = `${one.method} ${one.path} ${one.summary} ${one.id}`.toLowerCase();
        return words.every((word) => text.includes(word));
      }),
    }))
    .filter((group) => group.operations.length > 0);
  const count = found.reduce((sum, group) => sum + group.operations.length, 0);
  const searching = words.length > 0;
  return (
    <div className="flex flex-col gap-3 p-4">
      <search className="relative">
        <Search
          aria-hidden
          className="-translate-y-1/2 pointer-events-none absolute top-1/2 left-2.5 size-3.5 text-faint"
        />
        <Input
          ref={field}
          type="search"
          aria-label="Search operations"
          placeholder="Search operations"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className="pr-8 pl-8"
        />
        <kbd
          aria-hidden
          className={cn(
            "-translate-y-1/2 absolute top-1/2 right-2 rounded-[4px] border border-line bg-sunken px-1 font-mono text-2xs text-faint",
            searching && "hidden",
          )}
        >
          /
        </kbd>
        <p role="status" className="sr-only">
          {searching ? `${count} operations` : ""}
        </p>
      </search>
      <nav aria-label="Operations" className={cn("flex flex-col gap-3", !searching && "max-md:hidden")}>
        <Link
          href="/docs"
          prefetch={false}
          aria-current={here === "/docs" ? "page" : undefined}
          className={cn(
            "rounded-md px-2 py-1 text-sm",
            here === "/docs"
              ? "bg-accent-wash font-medium text-ink"
              : "text-soft hover:bg-hover hover:text-ink",
          )}
        >
          Start here
        </Link>
        {searching && count === 0 && <p className="px-2 text-soft text-sm">No operation matches.</p>}
        {found.map((group) => (
          <GroupLinks key={group.slug} group={group} open={searching || here === `/docs/${group.slug}`} />
        ))}
      </nav>
      {!searching && <SmallGroups groups={groups} here={here} />}
    </div>
  );
}

function GroupLinks({ group, open }: { group: ListedGroup; open: boolean }) {
  return (
    <div>
      <Link
        href={`/docs/${group.slug}`}
        prefetch={false}
        className="flex items-baseline justify-between rounded-md px-2 py-1 font-medium text-ink text-sm hover:bg-hover"
      >
        {group.name}
        <span className="num text-faint text-xs">{group.operations.length}</span>
      </Link>
      {open && (
        <ul className="mt-0.5">
          {group.operations.map((one) => (
            <li key={one.id}>
              <Link
                href={`/docs/${group.slug}#${one.id}`}
                prefetch={false}
                title={one.summary}
                className="flex items-baseline gap-2 rounded-md px-2 py-1 text-soft text-xs hover:bg-hover hover:text-ink"
              >
                <Method method={one.method} short />
                <span className="min-w-0 break-all font-mono">{one.path}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** On small screens the groups are a line of links, not a wall in front of the page. */
function SmallGroups({ groups, here }: { groups: readonly ListedGroup[]; here: string }) {
  return (
    <nav aria-label="Groups" className="flex flex-wrap gap-1 md:hidden">
      {groups.map(({ slug, name }) => (
        <Link
          key={slug}
          href={`/docs/${slug}`}
          prefetch={false}
          aria-current={here === `/docs/${slug}` ? "page" : undefined}
          className={cn(
            "rounded-md px-2 py-1 text-sm",
            here === `/docs/${slug}` ? "bg-accent-wash font-medium text-ink" : "text-soft hover:bg-hover",
          )}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
