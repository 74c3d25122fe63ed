/** A key's state as a badge, its models as chips and its secret as far as it may be seen. */
import { Badge, type Tone } from "../ui/badge.tsx";
import { cn } from "../ui/class-names.ts";

const STATES: Readonly<Record<string, { tone: Tone; label: string; title: string }>> = {
  active: { tone: "good", label: "Active", title: "Works" },
  expiring: { tone: "warn", label: "Expiring", title: "Ends within a week" },
  grace: { tone: "accent", label: "In grace", title: "Was rotated; the old secret still works for a while" },
  disabled: { tone: "neutral", label: "Disabled", title: "Every call is refused until it is enabled again" },
  expired: { tone: "neutral", label: "Expired", title: "Its time is over" },
  revoked: { tone: "bad", label: "Revoked", title: "It never works again" },
};

export function KeyBadge({ state }: { state: string }) {
  const look = STATES[state] ?? { tone: "neutral" as const, label: state, title: "" };
  return (
    <Badge tone={look.tone} dot title={look.title}>
      {look.label}
    </Badge>
  );
}

export function ModelChips({ models, most = 2 }: { models: readonly string[]; most?: number }) {
  if (models.length === 0) return <Badge tone="warn">All models</Badge>;
  const rest = models.length - most;
  return (
    <span className="flex min-w-0 items-center gap-1" title={models.join(", ")}>
      {models.slice(0, most).map((model) => (
        <Badge
          key={model}
          tone={model.includes("*") ? "warn" : "outline"}
          className="max-w-36 font-mono font-normal"
        >
          <span className="truncate">{model}</span>
        </Badge>
      ))}
      {rest > 0 && <span className="text-faint text-xs">+{rest}</span>}
    </span>
  );
}

export function MaskedSecret({
  start,
  last4,
  className,
}: {
  start: string;
  last4: string;
  className?: string;
}) {
  return (
    <code className={cn("whitespace-nowrap font-mono text-faint text-xs", className)} translate="no">
      {start}…{last4}
    </code>
  );
}
