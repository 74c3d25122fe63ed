/** The frame of one person's, one service account's and one team's page, and the facts that all of them have. */
import Link from "next/link";
import type { ReactNode } from "react";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Tabs } from "#components/shell/tabs.tsx";
import { type Fact, FactCard } from "#components/ui/facts.tsx";
import { maySee, type Role } from "#lib/console/roles.ts";

export interface DetailProps<Tab extends string> {
  /** The list it stands in. */
  readonly above: { readonly path: string; readonly title: string };
  readonly title: string;
  readonly badge: ReactNode;
  readonly note: string;
  readonly actions: ReactNode;
  /** Read out as the tabs' name. */
  readonly label: string;
  readonly path: string;
  /** The first stands at the path itself. */
  readonly tabs: readonly (readonly [id: Tab, label: string])[];
  readonly here: Tab;
  readonly children: ReactNode;
}

export function Detail<Tab extends string>(props: DetailProps<Tab>) {
  const { above, actions, badge, children, here, label, note, path, tabs, title } = props;
  return (
    <>
      <PageHeader
        above={
          <Link href={above.path} prefetch={false} className="hover:underline">
            {above.title}
          </Link>
        }
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            {title}
            {badge}
          </span>
        }
        note={note}
        actions={actions}
      />
      <Tabs
        label={label}
        here={here}
        tabs={tabs.map(([id, words], index) => ({
          id,
          label: words,
          href: index === 0 ? path : `${path}?view=${id}`,
        }))}
      />
      {children}
    </>
  );
}

/** What the first tab shows, with the facts beside it. */
export function WithFacts({ facts, children }: { facts: readonly Fact[]; children: ReactNode }) {
  return (
    <div className="grid grid-cols-1 items-start gap-5 xl:grid-cols-[minmax(0,1fr)_22rem]">
      {children}
      <FactCard title="About" facts={facts} />
    </div>
  );
}

/** The id, and the way to what was done, for those who may see it. */
export function lastFacts(role: Role, kind: "team" | "user", id: string): Fact[] {
  return [
    [
      "Id",
      <code key="i" className="break-all font-mono text-xs">
        {id}
      </code>,
    ],
    ...(maySee(role, "audit")
      ? [
          [
            "History",
            <Link
              key="h"
              href={`/ui/audit?object=${encodeURIComponent(`${kind}:${id}`)}`}
              prefetch={false}
              className="text-accent hover:underline"
            >
              What was done here
            </Link>,
          ] as const,
        ]
      : []),
  ];
}
