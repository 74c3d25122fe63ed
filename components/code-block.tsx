/** A piece of code or a record: scrolls by keyboard, copied with one press. */
import { CopyButton } from "./copy-button.tsx";
import { cn } from "./ui/class-names.ts";

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
  const look = cn(
    "overflow-auto rounded-md border border-line bg-sunken p-3 pr-11 font-mono text-ink text-xs leading-5",
    className,
  );
  return (
    <div className="relative min-w-0">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre tabIndex={0} className={look}>
        {shown}
      </pre>
      <span className="absolute top-1.5 right-1.5 rounded-md bg-sunken">
        <CopyButton text={text} label={label} />
      </span>
    </div>
  );
}
