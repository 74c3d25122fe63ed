/** Exact steps, numbered. */

export function Steps({ steps }: { steps: readonly string[] }) {
  return (
    <ol className="flex list-decimal flex-col gap-1.5 pl-5 text-sm marker:text-faint">
      {steps.map((step) => (
        <li key={step} className="min-w-0 break-words pl-1">
          {step}
        </li>
      ))}
    </ol>
  );
}
