"use client";
/** What was said, each answer with its tokens, cost, time, and what limits and budgets saw. */
import { MessagesSquare } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef } from "react";
import { CopyButton } from "../copy-button.tsx";
import { integer, span } from "../format.ts";
import { Badge } from "../ui/badge.tsx";
import { cn } from "../ui/class-names.ts";
import type { Answer, Turn } from "./conversation.ts";

export function TurnList({ turns, models }: { turns: readonly Turn[]; models: readonly string[] }) {
  const end = useRef<HTMLDivElement>(null);
  const count = turns.length;
  // A new question is brought into view; what follows it may be read where the reader is.
  useEffect(() => {
    if (count > 0) end.current?.scrollIntoView({ block: "nearest" });
  }, [count]);
  if (count === 0)
    return (
      <div className="flex flex-1 flex-col items-center justify-center px-6 py-14 text-center">
        <span className="mb-3 flex size-10 items-center justify-center rounded-lg border border-line bg-sunken text-faint">
          <MessagesSquare className="size-5" aria-hidden />
        </span>
        <p className="font-semibold text-sm">
          {models.length > 1
            ? `Ask ${models.join(" and ")} the same thing`
            : `Say something to ${models[0] ?? "a model"}`}
        </p>
        <p className="mt-1 max-w-sm text-soft text-sm">
          The first message makes a key for fifteen minutes. It is deleted when you leave this page.
        </p>
      </div>
    );
  return (
    <div className="flex-1">
      <ol className="flex flex-col divide-y divide-line">
        {turns.map((turn) => (
          <li key={turn.id} className="flex flex-col gap-3 px-4 py-4">
            <div className="flex gap-3">
              <span className="w-16 shrink-0 pt-px font-medium text-faint text-xs">You</span>
              <p className="min-w-0 flex-1 whitespace-pre-wrap break-words text-sm">{turn.question}</p>
            </div>
            <div className={cn("grid gap-4", turn.answers.length > 1 && "md:grid-cols-2")}>
              {turn.answers.map((answer, at) => (
                <AnswerView
                  key={`${turn.id}-${at.toString()}`}
                  answer={answer}
                  framed={turn.answers.length > 1}
                />
              ))}
            </div>
          </li>
        ))}
      </ol>
      <div ref={end} />
    </div>
  );
}

function AnswerView({ answer, framed }: { answer: Answer; framed: boolean }) {
  const { model, text, state, error } = answer;
  return (
    <article
      aria-label={`Answer of ${model}`}
      aria-busy={state === "waiting"}
      className={cn(
        "flex min-w-0 gap-3",
        framed && "flex-col gap-2 rounded-md border border-line bg-sunken/50 p-3",
      )}
    >
      <span
        title={model}
        className={cn(
          "shrink-0 truncate pt-px font-medium font-mono text-accent text-xs",
          framed ? "" : "w-16",
        )}
      >
        {model}
      </span>
      <div className="min-w-0 flex-1">
        {text !== "" && <p className="whitespace-pre-wrap break-words text-sm">{text}</p>}
        {text === "" && state === "waiting" && <span className="skeleton mt-1 block h-3 w-40" />}
        {error && <p className="text-bad text-sm">{error}</p>}
        {state !== "waiting" && <Footer answer={answer} />}
        <span role="status" className="sr-only">
          {state === "waiting" ? "" : `${model}: ${state}`}
        </span>
      </div>
    </article>
  );
}

function Footer({ answer }: { answer: Answer }) {
  const { promptTokens, completionTokens, costUsd, durationMs, firstMs, state, requestId, text, seen } =
    answer;
  const facts = [
    promptTokens === null ? null : `${integer(promptTokens)} in, ${integer(completionTokens ?? 0)} out`,
    costUsd === null ? null : dollars(costUsd),
    durationMs === null ? null : span(durationMs),
    firstMs === null || durationMs === null || durationMs - firstMs < 5
      ? null
      : `first word ${span(firstMs)}`,
  ].filter((fact) => fact !== null);
  return (
    <div className="mt-2 flex flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-faint text-xs">
        {state !== "done" && <Badge tone={state === "failed" ? "bad" : "warn"}>{state}</Badge>}
        <span className="num">{facts.join(" · ")}</span>
        {requestId && (
          <Link
            href={`/ui/logs?id=${requestId}&q=${requestId}`}
            className="rounded-sm text-accent hover:underline"
          >
            In the log
          </Link>
        )}
        {text !== "" && <CopyButton text={text} label="Copy the answer" />}
      </div>
      {seen.length > 0 && (
        <details className="text-xs">
          <summary className="w-fit rounded-sm text-soft">What policy saw</summary>
          <dl className="num mt-1.5 grid w-fit grid-cols-[auto_auto] gap-x-4 gap-y-0.5 rounded-md border border-line bg-surface px-3 py-2 font-mono text-2xs">
            {seen.map(([name, value]) => (
              <div key={name} className="contents">
                <dt className="break-all text-faint">{name}</dt>
                <dd className="text-right">{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {seen.length === 0 && state === "done" && (
        <p className="text-2xs text-faint">No limit or budget applied to this call.</p>
      )}
    </div>
  );
}

/** Nine digits are exact: the ledger counts in nano-dollars. */
function dollars(usd: number): string {
  return `$${usd === 0 ? "0" : usd.toFixed(9).replace(/0+$/, "").replace(/\.$/, "")}`;
}
