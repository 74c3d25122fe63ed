/** 403: the page exists, the right does not. It says whom to ask. */
import { Lock } from "lucide-react";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { adminEmails } from "#db/queries/console-access.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";

export default async function Forbidden() {
  const { deps } = await gatewayRuntime();
  const admins = await adminEmails(deps.db);
  return (
    <div className="rounded-lg border border-line bg-surface shadow-card">
      <h1 className="sr-only">Not yours to see</h1>
      <NothingYet icon={Lock} title="Your role does not include this page">
        {admins.length > 0 && <p>Ask: {admins.join(", ")}</p>}
      </NothingYet>
    </div>
  );
}
