/** A piece of code or a record: scrolls by keyboard, copied with one press. */
import { CopyButton } from "./copy-button.tsx";
import { cn } from "./ui/class-names.ts";

const CODE = "min-w-0 flex-1 overflow-auto rounded-md p-3 font-mono text-ink text-xs leading-5";

/** @param shown what is on the screen, where that is not all that is copied */
export function CodeBlock({
  text,
  shown = text,
  label,
  className,
}: {
  text: string;
  shown?: string;
  label: string;
  className?: string;
}) {
  return (
    // The button stands beside the code, not on it: what scrolls would run under it.
    <div className={cn("flex min-w-0 rounded-md border border-line bg-sunken", className)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre tabIndex={0} className={CODE}>
        {shown}
      </pre>
      <span className="shrink-0 p-1.5">
        <CopyButton text={text} label={label} />
      </span>
    </div>
  );
}
