"use client";
/** The next call as a program, as the form stands. */
import { Tabs } from "radix-ui";
import { CodeBlock } from "../code-block.tsx";
import { codeOf, LANGUAGES } from "./code.ts";

export function CodeTabs({ origin, body }: { origin: string; body: Readonly<Record<string, unknown>> }) {
  return (
    <section
      aria-label="This call as code"
      className="min-w-0 rounded-lg border border-line bg-surface shadow-card max-lg:order-3"
    >
      <Tabs.Root defaultValue="curl">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-line border-b px-4 pt-2">
          <h2 className="pb-2 font-semibold text-sm">This call as code</h2>
          <Tabs.List aria-label="Language" className="-mb-px ml-auto flex gap-1">
            {LANGUAGES.map(({ id, name }) => (
              <Tabs.Trigger
                key={id}
                value={id}
                className="border-transparent border-b-2 px-2 pb-2 font-medium text-soft text-xs hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
              >
                {name}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
        </div>
        {LANGUAGES.map(({ id, name }) => (
          <Tabs.Content key={id} value={id} className="p-3">
            <CodeBlock text={codeOf(id, origin, body)} label={`Copy the ${name} code`} className="max-h-80" />
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </section>
  );
}
