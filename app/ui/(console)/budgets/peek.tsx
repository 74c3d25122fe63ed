/** One budget beside the list: where its money goes, and what it is. */
import Link from "next/link";
import { BudgetBar } from "#components/budget-bar.tsx";
import { AskMore, type AskTarget } from "#components/budgets/ask-more.tsx";
import { BudgetActions } from "#components/budgets/budget-actions.tsx";
import { BurnDown } from "#components/budgets/burn-down.tsx";
import { periodWords } from "#components/budgets/target.ts";
import { exactMoney, moment, money } from "#components/format.ts";
import { DialogBody, DialogFooter } from "#components/ui/dialog-frame.tsx";
import { type Fact, Facts } from "#components/ui/facts.tsx";
import type { BudgetLine } from "#lib/console/budget-list.ts";
import { type Forecast, LEAST_DAYS } from "#lib/console/forecast.ts";
import type { PageContext } from "../../../request.ts";
import { burnPoints } from "./burn-points.ts";
import { BudgetBadge } from "./columns.tsx";
import { KIND_WORDS, ownerHref, partWords, targetOf } from "./words.ts";

export async function BudgetPeek({
  page,
  line,
  forecast,
  change,
  timezone,
}: {
  page: PageContext;
  line: BudgetLine | null;
  forecast: Forecast | null | undefined;
  change: boolean;
  timezone: string;
}) {
  if (line === null)
    return (
      <DialogBody>
        <p className="text-soft text-sm">It was taken away, or is not yours to see.</p>
      </DialogBody>
    );
  const points = await burnPoints(page, line, forecast);
  const href = ownerHref(line);
  // Whoever sees this without the right to change it may ask: the list holds what is theirs.
  const own =
    line.part === "main" && line.limitNanoUsd !== null && page.ownUserId !== null ? askTargetOf(line) : null;
  const target = change ? targetOf(line, timezone) : null;
  return (
    <>
      <DialogBody className="flex flex-col gap-5">
        <div className="flex items-start justify-between gap-3">
          <div className="min-w-0">
            <p className="truncate font-semibold text-base">
              {line.kind === "gateway" ? "The whole gateway" : line.name}
            </p>
            <p className="text-faint text-xs">
              {[KIND_WORDS[line.kind], partWords(line)].filter(Boolean).join(" · ")}
            </p>
          </div>
          <BudgetBadge line={line} />
        </div>
        <BudgetBar
          spent={line.spentNanoUsd}
          limit={line.limitNanoUsd ?? line.softNanoUsd}
          soft={line.limitNanoUsd === null ? null : line.softNanoUsd}
          expected={line.endMs === null ? null : (forecast?.expectedNanoUsd ?? null)}
        />
        {points && (
          <section aria-label="Burn-down" className="rounded-lg border border-line p-3">
            <h3 className="mb-2 font-semibold text-sm">
              Where it goes{" "}
              <span className="font-normal text-faint text-xs">US dollars, days in {timezone}</span>
            </h3>
            <BurnDown points={points} limit={line.limitNanoUsd} soft={line.softNanoUsd} />
          </section>
        )}
        <Facts facts={factsOf(line, forecast, timezone)} className="-mx-4" />
        {href && (
          <Link href={href} className="text-accent text-sm hover:underline">
            Open this {KIND_WORDS[line.kind].toLowerCase()}
          </Link>
        )}
      </DialogBody>
      {!change && own && (
        <DialogFooter>
          <AskMore target={own} />
        </DialogFooter>
      )}
      {target && (
        <DialogFooter>
          <BudgetActions target={target} spread />
        </DialogFooter>
      )}
    </>
  );
}

function askTargetOf({ kind, name, subjectId }: BudgetLine): AskTarget | null {
  if (kind !== "key" && kind !== "user" && kind !== "team") return null;
  return { kind, id: subjectId, name };
}

function factsOf(line: BudgetLine, forecast: Forecast | null | undefined, timezone: string): Fact[] {
  const { duration, endMs, limitNanoUsd, raise, softNanoUsd, source, spentNanoUsd, tierId } = line;
  const facts: Fact[] = [
    [
      "Spent",
      <span key="s" className="num">
        {exactMoney(spentNanoUsd)}
      </span>,
    ],
    ["Budget", limitNanoUsd === null ? "none: calls are not refused" : money(limitNanoUsd)],
    ["Warns at", softNanoUsd === null ? "never" : money(softNanoUsd)],
    [
      "Starts anew",
      endMs === null
        ? "never: it is for life"
        : `${periodWords(duration)}; next ${moment(new Date(endMs), timezone)}`,
    ],
  ];
  if (raise)
    facts.push(["Raised by", `${money(raise.nanoUsd)} until ${moment(new Date(raise.untilMs), timezone)}`]);
  if (forecast === null) facts.push(["Forecast", `needs ${LEAST_DAYS} whole days that cost something`]);
  else if (forecast && endMs !== null)
    facts.push([
      limitNanoUsd !== null && spentNanoUsd >= limitNanoUsd ? "Would be, at the end" : "At the end",
      `${money(forecast.expectedNanoUsd)}, likely ${money(forecast.lowNanoUsd)} to ${money(forecast.highNanoUsd)}`,
    ]);
  if (forecast?.runsOutAtMs != null)
    facts.push([
      limitNanoUsd === null ? "Warns on" : "Runs out",
      moment(new Date(forecast.runsOutAtMs), timezone),
    ]);
  if (tierId !== null) facts.push(["Tier", tierId]);
  if (source !== null) facts.push(["Set in", source]);
  return facts;
}
