/** The head of every settings page: its title and the tabs that the role may open. */
import type { ReactNode } from "react";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Tabs } from "#components/shell/tabs.tsx";
import { maySee, PAGES, type Page, type Role } from "#lib/console/roles.ts";

const SECTIONS = [
  "settings",
  "settingsSignIn",
  "settingsNetwork",
  "settingsMasterKey",
  "settingsAlerts",
  "settingsAppearance",
] as const satisfies readonly Page[];
export type Section = (typeof SECTIONS)[number];

export function SettingsFrame({
  section,
  role,
  note,
  children,
}: {
  section: Section;
  role: Role;
  note: string;
  children: ReactNode;
}) {
  const tabs = SECTIONS.filter((one) => maySee(role, one)).map((one) => ({
    id: one,
    label: one === "settings" ? "General" : PAGES[one].title,
    href: PAGES[one].path,
  }));
  return (
    <>
      <PageHeader title="Settings" note={note} />
      <Tabs label="Settings" tabs={tabs} here={section} />
      <div className="flex max-w-4xl flex-col gap-5">{children}</div>
    </>
  );
}
