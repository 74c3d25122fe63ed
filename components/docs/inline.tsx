/** A sentence in which `names` are set as code. */

export function Inline({ text }: { text: string }) {
  return text.split("`").map((part, at) =>
    at % 2 === 1 ? (
      <code
        key={`${at.toString()}${part}`}
        className="break-words rounded-[4px] bg-sunken px-1 font-mono text-[0.92em] text-ink"
      >
        {part}
      </code>
    ) : (
      part
    ),
  );
}
