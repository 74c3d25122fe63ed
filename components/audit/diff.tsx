/** Before and after, side by side where both exist. The words say what happened; the colours only help. */
import { cn } from "../ui/class-names.ts";
import { type Changed, changesOf } from "./changes.ts";

type Values = Readonly<Record<string, unknown>>;

export function Diff({ before, after }: { before: Values | null; after: Values | null }) {
  const all = changesOf(before, after);
  const changed = all.filter(({ kind }) => kind !== "same");
  const same = all.filter(({ kind }) => kind === "same");
  if (all.length === 0) return <p className="text-soft text-sm">The event carries no values.</p>;
  return (
    <div className="flex flex-col gap-2">
      {changed.length === 0 ? (
        <p className="text-soft text-sm">No value changed.</p>
      ) : (
        <dl className="divide-y divide-line overflow-hidden rounded-md border border-line">
          {changed.map((one) => (
            <Line key={one.name} change={one} />
          ))}
        </dl>
      )}
      {same.length > 0 && (
        <details className="text-sm">
          <summary className="w-fit rounded-sm text-accent text-xs">
            {same.length} {same.length === 1 ? "value" : "values"} stayed as{" "}
            {same.length === 1 ? "it was" : "they were"}
          </summary>
          <dl className="mt-2 divide-y divide-line rounded-md border border-line">
            {same.map(({ name, after: value }) => (
              <div key={name} className="grid grid-cols-[9rem_minmax(0,1fr)] gap-x-3 px-3 py-1.5 text-xs">
                <dt className="break-words text-faint">{name}</dt>
                <dd className="break-words text-soft">{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  );
}

function Line({ change: { name, kind, before, after, list } }: { change: Changed }) {
  return (
    <div className="grid gap-x-3 gap-y-0.5 px-3 py-2 text-sm sm:grid-cols-[9rem_minmax(0,1fr)]">
      <dt className="break-words text-faint text-xs leading-5">{name}</dt>
      <dd className="flex min-w-0 flex-col gap-1">
        {list === null ? (
          <>
            {before !== null && (
              <Side
                word="Before"
                value={before}
                tone="bad"
                struck={kind === "changed" || kind === "removed"}
              />
            )}
            {after !== null && <Side word="After" value={after} tone="good" struck={false} />}
          </>
        ) : (
          <>
            {list.removed.length > 0 && (
              <Side word="Taken out" value={list.removed.join(", ")} tone="bad" struck />
            )}
            {list.added.length > 0 && (
              <Side word="Added" value={list.added.join(", ")} tone="good" struck={false} />
            )}
            {list.added.length + list.removed.length === 0 && (
              <Side word="Order is now" value={after ?? ""} tone="good" struck={false} />
            )}
          </>
        )}
      </dd>
    </div>
  );
}

function Side({
  word,
  value,
  tone,
  struck,
}: {
  word: string;
  value: string;
  tone: "good" | "bad";
  struck: boolean;
}) {
  const Tag = tone === "bad" ? "del" : "ins";
  return (
    <Tag
      className={cn(
        "flex min-w-0 gap-2 rounded-[5px] px-1.5 py-0.5 font-mono text-xs leading-5 no-underline",
        tone === "bad" ? "bg-bad-wash" : "bg-good-wash",
      )}
    >
      <span aria-hidden className={cn("w-2 shrink-0 select-none", tone === "bad" ? "text-bad" : "text-good")}>
        {tone === "bad" ? "−" : "+"}
      </span>
      <span className="sr-only">{word}:</span>
      <span className={cn("min-w-0 break-words text-ink", struck && "line-through decoration-bad/50")}>
        {value}
      </span>
    </Tag>
  );
}
