/** Names and values, one a line. */
import type { ReactNode } from "react";
import { Card, CardHead } from "./card.tsx";
import { cn } from "./class-names.ts";

export type Fact = readonly [name: string, value: ReactNode];

export function Facts({ facts, className }: { facts: readonly Fact[]; className?: string }) {
  return (
    <dl className={cn("divide-y divide-line text-sm", className)}>
      {facts.map(([name, value]) => (
        <div key={name} className="grid grid-cols-[9rem_minmax(0,1fr)] gap-x-4 px-4 py-2">
          <dt className="text-faint">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Facts under a head, in a panel of their own. */
export function FactCard({
  title,
  actions,
  facts,
}: {
  title: string;
  actions?: ReactNode;
  facts: readonly Fact[];
}) {
  return (
    <Card className="overflow-hidden">
      <CardHead title={title} actions={actions} />
      <Facts facts={facts} className="border-line border-t" />
    </Card>
  );
}
