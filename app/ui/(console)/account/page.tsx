/** Your account: password, second factor, and where you are signed in. */
import type { Metadata } from "next";
import { EndSessions } from "#components/account/end-sessions.tsx";
import { PasswordForm } from "#components/account/password-form.tsx";
import { SecondFactor } from "#components/account/second-factor.tsx";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { ago, moment } from "#components/format.ts";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { Facts } from "#components/ui/facts.tsx";
import { findAccount, liveSessions } from "#db/queries/console-access.ts";
import { PAGES } from "#lib/console/roles.ts";
import { openPage } from "../../../request.ts";

export const metadata: Metadata = { title: "Your account" };

type Session = Awaited<ReturnType<typeof liveSessions>>[number];

export default async function AccountPage() {
  const { deps, session, nowMs, timezone } = await openPage("account");
  const account = await findAccount(deps.db, session.userId);
  const sessions = await liveSessions(deps.db, session.userId, new Date(nowMs));
  const columns: Column<Session>[] = [
    {
      id: "where",
      header: "Browser",
      cell: (row) => (
        <span className="flex items-center gap-2">
          <span className="truncate">{browserOf(row.userAgent)}</span>
          {row.id === session.id && <Badge tone="accent">This one</Badge>}
        </span>
      ),
    },
    {
      id: "ip",
      header: "Address",
      cell: (row) => <span className="num text-soft">{row.ip ?? "unknown"}</span>,
    },
    {
      id: "since",
      header: "Since",
      from: "sm",
      cell: (row) => <span className="text-soft">{moment(row.createdAt, timezone)}</span>,
    },
    {
      id: "seen",
      header: "Last seen",
      cell: (row) => <span className="text-soft">{ago(row.lastSeenAt, nowMs)}</span>,
    },
  ];
  return (
    <>
      <PageHeader title="Your account" />
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <Card className="lg:col-span-2">
          <Facts
            facts={[
              ["E-mail", session.email],
              ["Role", session.role],
              ["Signed in last", account?.lastSignedInAt ? moment(account.lastSignedInAt, timezone) : "now"],
            ]}
          />
        </Card>
        {account?.passwordHash && (
          <Card>
            <CardHead title="Password" note="Changing it ends your other sessions." />
            <PasswordForm />
          </Card>
        )}
        <Card>
          <CardHead
            title="Second factor"
            note="A code from your phone, asked for after the password."
            actions={
              session.hasTotp && (
                <Badge tone="good" dot>
                  On
                </Badge>
              )
            }
          />
          <SecondFactor on={session.hasTotp} left={account?.recoveryHashes.length ?? 0} />
        </Card>
        <div className="min-w-0 lg:col-span-2">
          <div className="mb-2 flex items-center justify-between gap-3">
            <h2 className="font-semibold text-sm">Where you are signed in</h2>
            {sessions.length > 1 && <EndSessions others={sessions.length - 1} />}
          </div>
          <DataTable
            caption="Sessions"
            columns={columns}
            rows={sessions}
            keyOf={(row) => row.id}
            state={{ path: PAGES.account.path, params: {}, page: 1, size: 50, total: sessions.length }}
            empty={null}
          />
        </div>
      </div>
    </>
  );
}

/** The browser's and the system's name out of a user agent; the whole of it is for machines. */
function browserOf(agent: string | null): string {
  if (agent === null) return "Unknown";
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\/(\d+)/.exec(agent.replace(/HeadlessChrome/, "Chrome"));
  const system = /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(agent)?.[1];
  const names: Readonly<Record<string, string>> = { Edg: "Edge", OPR: "Opera" };
  const name =
    browser?.[1] === undefined ? agent.slice(0, 40) : `${names[browser[1]] ?? browser[1]} ${browser[2]}`;
  return system ? `${name} on ${system.replace("Mac OS X", "macOS")}` : name;
}
