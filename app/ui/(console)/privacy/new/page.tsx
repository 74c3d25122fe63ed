/** A new privacy request. */
import type { Metadata } from "next";
import Link from "next/link";
import { NewRequest } from "#components/privacy/new-request.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Card } from "#components/ui/card.tsx";
import { PAGES } from "#lib/console/roles.ts";
import { openPage } from "../../../../request.ts";

export const metadata: Metadata = { title: "New request · Privacy" };

export default async function NewRequestPage() {
  const { nowMs } = await openPage("privacyNew");
  return (
    <>
      <PageHeader
        above={
          <Link href={PAGES.privacy.path} prefetch={false} className="hover:underline">
            Privacy
          </Link>
        }
        title="New request"
        note="Somebody asked about their data. Take it in the day it arrives, whether you know them or not."
      />
      <Card className="max-w-2xl">
        <NewRequest today={new Date(nowMs).toISOString().slice(0, 10)} />
      </Card>
    </>
  );
}
