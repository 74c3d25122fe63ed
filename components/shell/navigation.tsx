"use client";
/** The menu: a column on wide screens, icons on middle ones, a sheet on small ones. */
import {
  Bot,
  Boxes,
  ChartColumn,
  FlaskConical,
  Gauge,
  History,
  KeyRound,
  LayoutDashboard,
  ListChecks,
  ScrollText,
  Settings,
  ShieldCheck,
  Siren,
  UserCheck,
  Users,
  UsersRound,
  Wallet,
} from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "../ui/class-names.ts";

export interface NavigationItem {
  readonly page: string;
  readonly path: string;
  readonly title: string;
}

const GROUPS = [
  { name: "Build", pages: ["overview", "keys", "models", "playground"] },
  { name: "Spend", pages: ["usage", "budgets", "limits"] },
  { name: "Trace", pages: ["logs"] },
  { name: "Govern", pages: ["audit", "privacy", "compliance", "incident"] },
  { name: "Run", pages: ["users", "serviceAccounts", "teams", "accessReview", "jobs", "settings"] },
] as const;

const ICONS = {
  overview: LayoutDashboard,
  keys: KeyRound,
  models: Boxes,
  usage: ChartColumn,
  budgets: Wallet,
  limits: Gauge,
  logs: ScrollText,
  playground: FlaskConical,
  audit: History,
  incident: Siren,
  privacy: ShieldCheck,
  compliance: ShieldCheck,
  users: Users,
  serviceAccounts: Bot,
  accessReview: UserCheck,
  teams: UsersRound,
  jobs: ListChecks,
  settings: Settings,
} as const;

export function Navigation({
  items,
  compact = false,
  onGo,
}: {
  items: readonly NavigationItem[];
  compact?: boolean;
  onGo?: () => void;
}) {
  const path = usePathname();
  return (
    <nav aria-label="Main" className="flex flex-col gap-5">
      {GROUPS.map(({ name, pages }) => {
        const shown = pages.flatMap((page) => items.find((item) => item.page === page) ?? []);
        if (shown.length === 0) return null;
        return (
          <div key={name}>
            <p className={cn("mb-1 px-2.5 font-medium text-2xs text-faint", compact && "xl:block hidden")}>
              {name}
            </p>
            <ul className="flex flex-col gap-px">
              {shown.map((item) => {
                const here = path === item.path || path.startsWith(`${item.path}/`);
                const Icon = Object.hasOwn(ICONS, item.page)
                  ? ICONS[item.page as keyof typeof ICONS]
                  : LayoutDashboard;
                return (
                  <li key={item.page}>
                    <Link
                      href={item.path}
                      prefetch={false}
                      aria-current={here ? "page" : undefined}
                      title={item.title}
                      {...(onGo ? { onClick: onGo } : {})}
                      className={cn(
                        "group flex h-8 items-center gap-2.5 rounded-md px-2.5 text-soft text-sm transition-colors hover:bg-hover hover:text-ink",
                        here && "bg-surface font-medium text-ink shadow-card ring-1 ring-line dark:bg-raised",
                        compact && "justify-center xl:justify-start",
                      )}
                    >
                      <Icon
                        aria-hidden
                        className={cn(
                          "size-4 shrink-0 text-faint group-hover:text-soft",
                          here && "text-accent!",
                        )}
                      />
                      <span className={cn(compact && "sr-only xl:not-sr-only")}>{item.title}</span>
                    </Link>
                  </li>
                );
              })}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}
