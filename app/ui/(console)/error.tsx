"use client";
/** A page that failed: what to do, and an id to quote; never a stack. */
import { LoadFailed } from "#components/data-table/table-states.tsx";
import { RetryButton } from "#components/shell/retry-button.tsx";

export default function PageError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <div className="rounded-lg border border-line bg-surface shadow-card" role="alert">
      <LoadFailed what="This page">
        <p>
          The database may be away for a moment. If it stays like this, quote{" "}
          <code className="font-mono text-ink text-xs">{error.digest ?? "no id"}</code> when you report it.
        </p>
        <RetryButton reset={reset} />
      </LoadFailed>
    </div>
  );
}
