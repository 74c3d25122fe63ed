"use client";
/**
 * The same code in several languages, one shown at a time: arrows, Home and End go from one to the other. By hand, since the
 * primitive of a tab list weighs more than most pages' own code.
 */
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { CodeBlock } from "./code-block.tsx";
import { cn } from "./ui/class-names.ts";

export interface LanguageTab {
  readonly id: string;
  readonly name: string;
  /** What is copied. */
  readonly text: string;
  /** What is on the screen, where that is not all of it. */
  readonly shown?: string;
}

export function LanguageTabs({
  title,
  tabs,
  className,
}: {
  title?: ReactNode;
  tabs: readonly LanguageTab[];
  className?: string;
}) {
  const [chosen, setChosen] = useState(tabs[0]?.id);
  const list = useRef<HTMLDivElement>(null);
  const base = useId();
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === chosen);
    const to = {
      ArrowRight: (at + 1) % tabs.length,
      ArrowLeft: (at + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    const next = to === undefined ? undefined : tabs[to];
    if (to === undefined || !next) return;
    event.preventDefault();
    setChosen(next.id);
    list.current?.querySelectorAll<HTMLButtonElement>("[role=tab]")[to]?.focus();
  };
  return (
    <div className="min-w-0">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-line border-b px-3 pt-2">
        {title}
        <div
          ref={list}
          role="tablist"
          aria-label="Language"
          onKeyDown={onKeyDown}
          className={cn("-mb-px flex gap-1", title && "ml-auto")}
        >
          {tabs.map(({ id, name }) => (
            <button
              key={id}
              type="button"
              role="tab"
              id={`${base}-${id}`}
              aria-controls={`${base}-${id}-code`}
              aria-selected={id === chosen}
              tabIndex={id === chosen ? 0 : -1}
              onClick={() => setChosen(id)}
              className={cn(
                "border-transparent border-b-2 px-2 pb-2 font-medium text-soft text-xs hover:text-ink",
                id === chosen && "border-accent text-ink",
              )}
            >
              {name}
            </button>
          ))}
        </div>
      </div>
      {tabs.map(({ id, name, shown, text }) => (
        <div
          key={id}
          role="tabpanel"
          id={`${base}-${id}-code`}
          aria-labelledby={`${base}-${id}`}
          hidden={id !== chosen}
        >
          <CodeBlock
            text={text}
            {...(shown === undefined ? {} : { shown })}
            label={`Copy the ${name} code`}
            className={className ?? ""}
          />
        </div>
      ))}
    </div>
  );
}
