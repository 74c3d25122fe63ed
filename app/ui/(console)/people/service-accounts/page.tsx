/** Service accounts: programs with keys, limits and budgets of their own, and the people who answer for them. */
import { Bot } from "lucide-react";
import type { Metadata } from "next";
import { readQuery } from "#components/data-table/query.ts";
import { NewServiceAccount } from "#components/people/new-service-account.tsx";
import { ownerChoices, peopleChoices } from "#db/queries/console-keys.ts";
import { mayChange } from "#lib/console/roles.ts";
import { openPage, type SearchParams } from "../../../../request.ts";
import { PeopleList } from "../list.tsx";

export const metadata: Metadata = { title: "Service accounts" };

export default async function ServiceAccountsPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("serviceAccounts");
  const { deps, session } = page;
  const params = await searchParams;
  const query = readQuery(params);
  const state = query.word("status", ["active", "blocked"] as const);
  return (
    <PeopleList
      page={page}
      params={params}
      query={query}
      kind="service"
      title="Service accounts"
      note="Programs that call the gateway. Nobody signs in to one, and a person answers for each."
      placeholder="Name or id"
      narrowed={state ? { state } : {}}
      fields={[
        {
          name: "status",
          label: "Status",
          any: "Any status",
          options: [
            { value: "active", label: "Not blocked" },
            { value: "blocked", label: "Blocked" },
          ],
        },
      ]}
      create={
        mayChange(session.role) && (
          <NewServiceAccount
            owners={await peopleChoices(deps.sql)}
            teams={(await ownerChoices(deps.sql)).teams}
            self={session.userId}
          />
        )
      }
      nothing={{
        icon: Bot,
        title: "No service accounts yet",
        text: "Give a program one, so that its keys do not leave with the person who made them.",
      }}
    />
  );
}
