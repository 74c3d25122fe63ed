/** Values as they run, each with what changes it. Nothing here can be edited, and nothing looks as if it could. */
import type { ReactNode } from "react";

export interface ShownValue {
  readonly name: string;
  readonly value: ReactNode;
  /** `general_settings.allowed_ips`, `HOST`: where it is set. */
  readonly setBy?: string;
  readonly note?: ReactNode;
}

export function ValueList({ values }: { values: readonly ShownValue[] }) {
  return (
    <dl className="divide-y divide-line text-sm">
      {values.map(({ name, value, setBy, note }) => (
        <div
          key={name}
          className="grid gap-x-4 gap-y-0.5 px-4 py-2.5 sm:grid-cols-[11rem_minmax(0,1fr)] lg:grid-cols-[12rem_minmax(0,1fr)_auto]"
        >
          <dt className="text-faint">{name}</dt>
          <dd className="min-w-0 break-words">
            {value}
            {note && <span className="mt-0.5 block text-faint text-xs">{note}</span>}
          </dd>
          {setBy && (
            <dd className="min-w-0 sm:col-start-2 lg:col-start-auto lg:text-right">
              <code className="break-all font-mono text-2xs text-faint" title="What changes it">
                {setBy}
              </code>
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}
