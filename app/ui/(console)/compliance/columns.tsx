/** The columns of Compliance. */
import Link from "next/link";
import { CheckActions } from "#components/compliance/check-actions.tsx";
import { StatusBadge } from "#components/compliance/status.tsx";
import type { Column } from "#components/data-table/data-table.tsx";
import { ago, moment } from "#components/format.ts";
import type { Framework } from "#lib/compliance/catalogue.ts";
import { GUIDE_LISTS, listOfLine } from "#lib/compliance/guide.ts";
import type { Standing } from "#lib/compliance/standing.ts";
import { PAGES } from "#lib/console/roles.ts";
import { targetOf } from "./figures.ts";

export interface Look {
  readonly framework: Framework;
  readonly nowMs: number;
  readonly timezone: string;
  /** Buttons for those who may act. */
  readonly acts: boolean;
  readonly unused: number;
}

export function columnsOf({ acts, framework, nowMs, timezone, unused }: Look): Column<Standing>[] {
  return [
    {
      id: "status",
      header: "Status",
      className: "w-px whitespace-nowrap",
      cell: ({ status }) => <StatusBadge status={status} />,
    },
    {
      id: "check",
      header: "Check",
      className: "max-w-none",
      cell: ({ check, line, waiver, attestation, status }) => (
        <div className="min-w-0 py-1">
          <Link
            href={`${PAGES.compliance.path}/${check.id}`}
            prefetch={false}
            className="font-medium text-ink after:absolute after:inset-0 hover:underline"
          >
            {check.title}
          </Link>
          <p className="break-words text-soft text-xs">{line}</p>
          {status === "attested" && attestation && (
            <p className="break-words text-faint text-xs">
              {attestation.by_name ?? attestation.by_user}: {attestation.statement} (until{" "}
              {moment(attestation.expires_at, timezone)})
            </p>
          )}
          {status === "waived" && waiver && (
            <p className="break-words text-faint text-xs">
              Waived until {moment(waiver.expires_at, timezone)}: {waiver.statement}
            </p>
          )}
        </div>
      ),
    },
    {
      id: "reference",
      header: framework === "guide" ? "In the guide" : framework === "gdpr" ? "Article" : "Criterion",
      from: "md",
      cell: ({ check }) => (
        <span className="text-soft text-xs">
          {framework === "guide"
            ? [...new Set(check.guide.map((id) => GUIDE_LISTS[listOfLine(id)]))].join(", ")
            : check[framework].join(", ")}
        </span>
      ),
    },
    {
      id: "checked",
      header: "Checked",
      from: "sm",
      className: "w-px whitespace-nowrap",
      cell: ({ checkedAt }) =>
        checkedAt === null ? (
          <span className="text-faint">never</span>
        ) : (
          <time
            dateTime={checkedAt.toISOString()}
            title={moment(checkedAt, timezone)}
            className="text-soft text-xs"
          >
            {ago(checkedAt, nowMs)}
          </time>
        ),
    },
    ...(acts
      ? [
          {
            id: "actions",
            header: "Actions",
            align: "right" as const,
            className: "w-px",
            cell: (standing: Standing) => <CheckActions target={targetOf(standing, unused)} />,
          },
        ]
      : []),
  ];
}
