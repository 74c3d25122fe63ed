/** The frame of the API reference: groups and a search at the side, no sign-in, nothing from elsewhere. */
import Link from "next/link";
import type { ReactNode } from "react";
import { OperationList } from "#components/docs/operation-list.tsx";
import { ThemeMenu } from "#components/shell/account-menu.tsx";
import { Wordmark } from "#components/shell/mark.tsx";
import { buttonVariants } from "#components/ui/button.tsx";
import { cn } from "#components/ui/class-names.ts";
import { reference } from "./reference.ts";

export default function DocsLayout({ children }: { children: ReactNode }) {
  const { groups } = reference();
  const listed = groups.map(({ slug, name, operations }) => ({
    slug,
    name,
    operations: operations.map(({ method, path, operation }) => ({
      id: operation.operationId,
      method,
      path,
      summary: operation.summary,
    })),
  }));
  return (
    <>
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <header className="sticky top-0 z-30 border-line border-b bg-canvas/85 backdrop-blur-md">
        <div className="mx-auto flex h-14 w-full max-w-[84rem] items-center gap-3 px-4">
          <Link href="/docs" prefetch={false} className="flex items-center gap-2.5 rounded-md">
            <Wordmark />
            <span className="whitespace-nowrap text-soft text-sm">API reference</span>
          </Link>
          <div className="ml-auto flex items-center gap-2">
            <a
              href="/openapi.json"
              className={cn(buttonVariants({ variant: "ghost" }), "hidden sm:inline-flex")}
            >
              openapi.json
            </a>
            <ThemeMenu />
            <a href="/ui" className={buttonVariants()}>
              Console
            </a>
          </div>
        </div>
      </header>
      <div className="mx-auto w-full max-w-[84rem] md:grid md:grid-cols-[17rem_minmax(0,1fr)]">
        <aside className="border-line border-b md:sticky md:top-14 md:h-[calc(100dvh-3.5rem)] md:overflow-y-auto md:border-r md:border-b-0">
          <OperationList groups={listed} />
        </aside>
        <main id="content" tabIndex={-1} className="min-w-0 px-4 py-7 outline-none sm:px-8">
          {children}
        </main>
      </div>
    </>
  );
}
