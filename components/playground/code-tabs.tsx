"use client";
/** The next call as a program, as the form stands. */
import { LanguageTabs } from "../language-tabs.tsx";
import { codeOf, LANGUAGES } from "./code.ts";

export function CodeTabs({ origin, body }: { origin: string; body: Readonly<Record<string, unknown>> }) {
  return (
    <section
      aria-label="This call as code"
      className="min-w-0 overflow-hidden rounded-lg border border-line bg-surface shadow-card max-lg:order-3"
    >
      <LanguageTabs
        title={<h2 className="pb-2 font-semibold text-sm">This call as code</h2>}
        tabs={LANGUAGES.map(({ id, name }) => ({ id, name, text: codeOf(id, origin, body) }))}
        className="max-h-80 rounded-none border-0"
      />
    </section>
  );
}
