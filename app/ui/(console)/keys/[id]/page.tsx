/** One key: what it does, what it may, what it was used for and what was done to it. */
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { readQuery } from "#components/data-table/query.ts";
import { KeyActions } from "#components/keys/key-actions.tsx";
import { KeyBadge, MaskedSecret } from "#components/keys/key-badge.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Tabs } from "#components/shell/tabs.tsx";
import { Snippets } from "#components/snippets.tsx";
import { findKeyRow } from "#db/queries/console-keys.ts";
import { keyState } from "#lib/console/key-state.ts";
import { mayManageKeys, PAGES } from "#lib/console/roles.ts";
import { actionKey, keyName } from "../../../../key-actions.ts";
import { openPage, ownOrigin, type SearchParams } from "../../../../request.ts";
import { History } from "./history.tsx";
import { Limits } from "./limits.tsx";
import { KeyOverview } from "./overview.tsx";
import { Requests } from "./requests.tsx";

export const metadata: Metadata = { title: "Key" };

const TABS = ["overview", "limits", "requests", "snippets", "history"] as const;
const LABELS = {
  overview: "Overview",
  limits: "Limits & budgets",
  requests: "Requests",
  snippets: "Snippets",
  history: "History",
} as const;

export default async function KeyPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: SearchParams;
}) {
  const page = await openPage("keys");
  const { deps, nowMs, timezone, ownUserId, session } = page;
  const { id } = await params;
  const asked = await searchParams;
  const query = readQuery(asked);
  const tab = query.word("view", TABS) ?? "overview";
  await deps.ledger.flush();
  const key = await findKeyRow(deps.sql, id, ownUserId);
  if (!key) notFound();
  const path = `${PAGES.keys.path}/${id}`;
  const model =
    key.models.find((name) => !name.includes("*")) ?? deps.policy().groups.all[0]?.name ?? "gpt-3.5-turbo";
  const models = deps.policy().groups.all.map((group) => group.name);
  const origin = await ownOrigin();
  const view = { page, row: key, path, params: asked, query };
  return (
    <>
      <PageHeader
        above={
          <Link href={PAGES.keys.path} prefetch={false} className="hover:underline">
            Keys
          </Link>
        }
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            {keyName(key)}
            <KeyBadge state={keyState(key, nowMs)} />
          </span>
        }
        note={<MaskedSecret start={key.secret_start} last4={key.secret_last4} />}
        actions={
          mayManageKeys(session.role) &&
          !key.deleted_at && (
            <KeyActions
              spread
              target={actionKey(key, nowMs, timezone)}
              origin={origin}
              model={model}
              known={models}
            />
          )
        }
      />
      <Tabs
        label="About this key"
        here={tab}
        tabs={TABS.map((one) => ({
          id: one,
          label: LABELS[one],
          href: one === "overview" ? path : `${path}?view=${one}`,
        }))}
      />
      {tab === "overview" && <KeyOverview {...view} />}
      {tab === "limits" && <Limits {...view} />}
      {tab === "requests" && <Requests {...view} />}
      {tab === "snippets" && (
        <div className="max-w-3xl">
          <p className="mb-3 text-soft text-sm">
            Put the secret into the environment as SHIN_KEY. It was shown once, when the key was made.
          </p>
          <Snippets origin={origin} secret={null} model={model} />
        </div>
      )}
      {tab === "history" && <History {...view} />}
    </>
  );
}
