/** A page's title, what it is about, and its first action. */
import type { ReactNode } from "react";

export function PageHeader({
  title,
  note,
  actions,
  above,
}: {
  title: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  above?: ReactNode;
}) {
  return (
    <header className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        {above && <p className="mb-1 text-faint text-xs">{above}</p>}
        <h1 className="font-semibold text-[1.375rem] text-ink leading-8 tracking-[-0.022em]">{title}</h1>
        {note && <p className="max-w-2xl text-soft text-sm">{note}</p>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}
