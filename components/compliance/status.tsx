/** How a check stands: an icon of its own shape, and the word. The colour only helps. */
import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleMinus,
  CirclePause,
  Hourglass,
  type LucideIcon,
  UserCheck,
} from "lucide-react";
import { Badge, type Tone } from "../ui/badge.tsx";

const LOOKS: Readonly<
  Record<string, { readonly tone: Tone; readonly label: string; readonly icon: LucideIcon }>
> = {
  passed: { tone: "good", label: "Passed", icon: CircleCheck },
  attested: { tone: "accent", label: "Attested", icon: UserCheck },
  waived: { tone: "neutral", label: "Waived", icon: CirclePause },
  failed: { tone: "bad", label: "Failed", icon: CircleAlert },
  unknown: { tone: "warn", label: "Unknown", icon: CircleDashed },
  expired: { tone: "warn", label: "Expired", icon: Hourglass },
  not_applicable: { tone: "outline", label: "Not applicable", icon: CircleMinus },
};

export const STATUS_OPTIONS = Object.entries(LOOKS).map(([value, { label }]) => ({ value, label }));

export function statusWord(status: string): string {
  return LOOKS[status]?.label ?? status;
}

export function StatusBadge({ status }: { status: string }) {
  const look = LOOKS[status] ?? { tone: "neutral" as const, label: status, icon: CircleDashed };
  const Icon = look.icon;
  return (
    <Badge tone={look.tone} className="gap-1">
      <Icon aria-hidden className="size-3" />
      {look.label}
    </Badge>
  );
}
