/** Parts of the Overview's lists: a line that leads somewhere, the way to all of them, and what stands where there are none. */
import Link from "next/link";
import type { ReactNode } from "react";
import { Badge, type Tone } from "#components/ui/badge.tsx";

export function Line({
  href,
  name,
  badge,
  tone = "warn",
  children,
}: {
  href: string | null;
  name: string;
  badge: string;
  tone?: Tone;
  children: ReactNode;
}) {
  return (
    <li className="relative flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-t px-4 py-2 text-sm hover:has-[a]:bg-hover/60">
      <span className="min-w-0 flex-1 basis-24 truncate font-medium">
        {href ? (
          <Link href={href} prefetch={false} className="after:absolute after:inset-0">
            {name}
          </Link>
        ) : (
          name
        )}
      </span>
      <Badge tone={tone}>{badge}</Badge>
      {children}
    </li>
  );
}

export function More({ href }: { href: string }) {
  return (
    <Link href={href} prefetch={false} className="text-accent text-xs hover:underline">
      View all
    </Link>
  );
}

export function Quiet({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className="flex items-center gap-2 border-line border-t px-4 py-6 text-soft text-sm">
      <span className="text-good">{icon}</span>
      {children}
    </p>
  );
}
