/** A sentence that must be read: what is wrong and what to do. */
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./class-names.ts";

const LOOKS = {
  info: { icon: Info, className: "border-line bg-sunken text-soft" },
  good: { icon: CircleCheck, className: "border-good/25 bg-good-wash text-good" },
  warn: { icon: TriangleAlert, className: "border-warn/25 bg-warn-wash text-warn" },
  bad: { icon: CircleAlert, className: "border-bad/25 bg-bad-wash text-bad" },
} as const;

export function Notice({
  tone = "info",
  children,
  className,
  live = false,
}: {
  tone?: keyof typeof LOOKS;
  children: ReactNode;
  className?: string;
  live?: boolean;
}) {
  const { icon: Icon, className: look } = LOOKS[tone];
  return (
    <div
      {...(live ? { role: tone === "bad" ? "alert" : "status" } : {})}
      className={cn("flex gap-2 rounded-md border px-3 py-2 text-sm", look, className)}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}
