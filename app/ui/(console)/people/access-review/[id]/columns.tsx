/** The columns of an access review. */
import Link from "next/link";
import type { Column } from "#components/data-table/data-table.tsx";
import { integer, moment } from "#components/format.ts";
import { ROLE_WORDS } from "#components/people/target.ts";
import { DecisionButtons } from "#components/reviews/decision.tsx";
import { Badge } from "#components/ui/badge.tsx";
import type { ReviewItemRow } from "#db/queries/access-reviews.ts";
import { PAGES, roleOf } from "#lib/console/roles.ts";

export function columnsOf({
  id,
  change,
  selfId,
  timezone,
  people,
}: {
  id: string;
  change: boolean;
  selfId: string;
  timezone: string;
  people: ReadonlyMap<string, string>;
}): Column<ReviewItemRow>[] {
  const day = (item: ReviewItemRow, name: string) => {
    const text = textSeen(item, name);
    return text === "" ? "never" : moment(new Date(text), timezone);
  };
  return [
    {
      id: "name",
      header: "Account",
      className: "min-w-44",
      cell: (item) => (
        <span className="flex min-w-0 flex-col">
          <Link
            href={`${PAGES.users.path}/${encodeURIComponent(item.userId)}`}
            prefetch={false}
            className="truncate font-medium text-ink hover:underline"
          >
            {textSeen(item, "name")}
          </Link>
          <span className="truncate text-faint text-xs">
            {item.seen["kind"] === "service"
              ? `Service account, ${textSeen(item, "owner") || "nobody"} answers for it`
              : textSeen(item, "email") || item.userId}
          </span>
        </span>
      ),
    },
    {
      id: "role",
      header: "Role",
      cell: (item) => (
        <span className="whitespace-nowrap">{ROLE_WORDS[roleOf(textSeen(item, "role"))]?.name}</span>
      ),
    },
    {
      id: "teams",
      header: "Teams",
      from: "lg",
      cell: ({ seen }) => {
        const teams = Array.isArray(seen["teams"]) ? seen["teams"].join(", ") : "";
        return (
          <span className="block truncate text-soft" title={teams}>
            {teams || "None"}
          </span>
        );
      },
    },
    {
      id: "keys",
      header: "Keys",
      align: "right",
      from: "sm",
      cell: (item) => integer(numberSeen(item, "keys")),
    },
    {
      id: "signed-in",
      header: "Last sign-in",
      from: "md",
      cell: (item) => (
        <span className="whitespace-nowrap text-soft" title={`Keys last used: ${day(item, "lastUsedAt")}`}>
          {item.seen["kind"] === "service" ? `used ${day(item, "lastUsedAt")}` : day(item, "lastSignedInAt")}
        </span>
      ),
    },
    {
      id: "mfa",
      header: "Second factor",
      from: "lg",
      cell: ({ seen }) =>
        seen["hasAccess"] === true ? (
          seen["mfa"] === true ? (
            "On"
          ) : (
            <span className="text-warn">Off</span>
          )
        ) : (
          "–"
        ),
    },
    {
      id: "decision",
      header: "Decision",
      cell: (item) => (
        <span className="flex min-w-0 flex-col gap-1">
          {change ? (
            <DecisionButtons
              account={{
                reviewId: id,
                userId: item.userId,
                name: textSeen(item, "name"),
                decision: item.decision,
                note: item.note,
                self: item.userId === selfId,
              }}
            />
          ) : (
            <Badge tone={item.decision === "remove" ? "bad" : item.decision === "keep" ? "good" : "neutral"}>
              {item.decision === "remove" ? "Removed" : item.decision === "keep" ? "Kept" : "Undecided"}
            </Badge>
          )}
          {item.decision !== null && (
            <span className="truncate text-faint text-xs" title={item.note ?? ""}>
              {people.get(item.decidedBy ?? "") ?? item.decidedBy}
              {item.note ? `: ${item.note}` : ""}
            </span>
          )}
        </span>
      ),
    },
  ];
}

/** What stood there when the review began. */
export function textSeen({ seen }: ReviewItemRow, name: string): string {
  const value = seen[name];
  return typeof value === "string" ? value : "";
}

export function numberSeen({ seen }: ReviewItemRow, name: string): number {
  return Number(seen[name] ?? 0);
}
