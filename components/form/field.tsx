/** A labelled field with its hint and its error, tied together for screen readers. */
import { type ReactNode, useId } from "react";
import { cn } from "../ui/class-names.ts";

export interface FieldControl {
  readonly id: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: true;
}

export function Field({
  label,
  hint,
  error,
  optional = false,
  className,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  className?: string;
  children: (control: FieldControl) => ReactNode;
}) {
  const id = useId();
  const note = `${id}-note`;
  const described = error || hint ? { "aria-describedby": note } : {};
  return (
    <div className={cn("flex min-w-0 flex-col gap-1", className)}>
      <label htmlFor={id} className="flex items-baseline justify-between gap-2 font-medium text-ink text-sm">
        {label}
        {optional && <span className="font-normal text-faint text-xs">optional</span>}
      </label>
      {children({ id, ...described, ...(error ? { "aria-invalid": true as const } : {}) })}
      {(error || hint) && (
        <p id={note} className={cn("text-xs", error ? "text-bad" : "text-faint")}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}
