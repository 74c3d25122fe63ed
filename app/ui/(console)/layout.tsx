/** The frame of every page. It decides nothing about access: each page asks for itself. */
import Link from "next/link";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { shortDay } from "#components/format.ts";
import { PaletteButton } from "#components/palette/palette-button.tsx";
import { DensityMark } from "#components/settings/density-mark.tsx";
import { AccountMenu, ThemeMenu } from "#components/shell/account-menu.tsx";
import { ApiProvider } from "#components/shell/api.tsx";
import { ConnectionLine } from "#components/shell/connection-line.tsx";
import { DemoBanner } from "#components/shell/demo-banner.tsx";
import { EnvironmentBadge } from "#components/shell/environment-badge.tsx";
import { Mark, Wordmark } from "#components/shell/mark.tsx";
import { Navigation } from "#components/shell/navigation.tsx";
import { SmallNavigation } from "#components/shell/small-navigation.tsx";
import { demoMark } from "#db/queries/demo-data.ts";
import { mayChange, maySee, PAGES, type Page } from "#lib/console/roles.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { currentSession } from "../../request.ts";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const session = await currentSession();
  if (!session) redirect("/ui/sign-in");
  const { deps } = await gatewayRuntime();
  const { config } = deps.policy();
  const demo = deps.health.away ? null : await demoMark(deps.sql);
  const items = (Object.keys(PAGES) as Page[])
    .filter((page) => maySee(session.role, page))
    .map((page) => ({ page, path: PAGES[page].path, title: PAGES[page].title }));
  return (
    <ApiProvider
      csrf={session.csrf}
      owner={{
        userId: session.userId,
        email: session.email,
        provider: config.console.oidc?.name ?? null,
        hasPassword: session.hasPassword,
      }}
    >
      <DensityMark />
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <div className="print:block! md:grid md:min-h-dvh md:grid-cols-[3.75rem_minmax(0,1fr)] xl:grid-cols-[13.5rem_minmax(0,1fr)]">
        <aside className="sticky top-0 hidden h-dvh flex-col gap-6 overflow-y-auto border-line border-r px-2.5 py-3 md:flex print:hidden">
          <Link
            href="/ui/overview"
            prefetch={false}
            className="flex h-9 items-center justify-center rounded-md px-2 xl:justify-start"
          >
            <span className="xl:hidden">
              <Mark />
            </span>
            <span className="hidden xl:block">
              <Wordmark />
            </span>
            <span className="sr-only">Shin Gateway, overview</span>
          </Link>
          <Navigation items={items} compact />
          <p className="mt-auto hidden px-2.5 text-2xs text-faint xl:block">Version {deps.version}</p>
        </aside>
        <div className="flex min-w-0 flex-col">
          <header className="sticky top-0 z-30 flex h-14 items-center gap-2 border-line border-b bg-canvas/85 px-4 backdrop-blur-md sm:px-6 print:hidden">
            <SmallNavigation items={items} />
            <EnvironmentBadge production={config.production} />
            <div className="ml-auto">
              <PaletteButton items={items} role={session.role} person={session.userId} />
            </div>
            <span
              className="hidden text-faint text-xs md:block"
              title="Days and months are counted in this zone"
            >
              {config.timezone}
            </span>
            <ThemeMenu />
            <AccountMenu name={session.name} email={session.email} role={session.role} />
          </header>
          <ConnectionLine />
          {demo && (
            <DemoBanner
              days={30}
              calls={demo.calls}
              until={shortDay(demo.madeAt.slice(0, 10))}
              removable={mayChange(session.role)}
            />
          )}
          {deps.health.away && (
            <p role="status" className="border-bad/25 border-b bg-bad-wash px-6 py-2 text-bad text-sm">
              The database is away. Known keys go on and records wait on disk; figures may be missing until it
              is back.
            </p>
          )}
          {deps.safeguards.freezes !== null && (
            <p role="status" className="border-bad/25 border-b bg-bad-wash px-6 py-2 text-bad text-sm">
              <strong className="font-semibold">Incident:</strong> calls are frozen (
              {deps.safeguards.freezes.all.length}{" "}
              {deps.safeguards.freezes.all.length === 1 ? "freeze" : "freezes"} in force).{" "}
              {maySee(session.role, "incident") && (
                <Link href="/ui/incident" prefetch={false} className="underline underline-offset-2">
                  Open
                </Link>
              )}
            </p>
          )}
          <main
            id="content"
            tabIndex={-1}
            className="mx-auto w-full max-w-[84rem] flex-1 px-4 py-6 outline-none sm:px-6 lg:px-8"
          >
            {children}
          </main>
        </div>
      </div>
    </ApiProvider>
  );
}
