"use client";
/** What stands outside of every page's frame failed: most likely the database is away. */
import { LoadFailed } from "#components/data-table/table-states.tsx";
import { RetryButton } from "#components/shell/retry-button.tsx";

export default function ConsoleError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <main className="mx-auto max-w-xl px-4 pt-24">
      <h1 className="sr-only">The console is not available</h1>
      <div className="rounded-lg border border-line bg-surface shadow-card" role="alert">
        <LoadFailed what="The console">
          <p>
            The gateway cannot ask its database who you are. Known keys go on working. If it stays like this,
            quote <code className="font-mono text-ink text-xs">{error.digest ?? "no id"}</code> when you
            report it.
          </p>
          <RetryButton reset={reset} />
        </LoadFailed>
      </div>
    </main>
  );
}
