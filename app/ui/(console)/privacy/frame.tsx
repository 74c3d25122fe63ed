/** The head of the privacy pages, and the tabs that the role may open. */
import type { ReactNode } from "react";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Tabs } from "#components/shell/tabs.tsx";
import { maySee, PAGES, type Page, type Role } from "#lib/console/roles.ts";

const SECTIONS = [
  "privacy",
  "privacyHolds",
  "privacyRetention",
  "privacyContent",
  "privacyRecords",
] as const satisfies readonly Page[];
const LABELS = {
  privacy: "Requests",
  privacyHolds: "Holds",
  privacyRetention: "Retention",
  privacyContent: "Content",
  privacyRecords: "Records",
} as const;

export function PrivacyFrame({
  section,
  role,
  note,
  actions,
  children,
}: {
  section: (typeof SECTIONS)[number];
  role: Role;
  note: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <>
      <PageHeader title="Privacy" note={note} actions={actions} />
      <Tabs
        label="Privacy"
        here={section}
        tabs={SECTIONS.filter((one) => maySee(role, one)).map((one) => ({
          id: one,
          label: LABELS[one],
          href: PAGES[one].path,
        }))}
      />
      {children}
    </>
  );
}
