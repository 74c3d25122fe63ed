/** People: who may sign in and who has keys, with their roles, their spend and when they were seen. */
import { Users } from "lucide-react";
import type { Metadata } from "next";
import { readQuery } from "#components/data-table/query.ts";
import { Invite } from "#components/people/invite.tsx";
import { ROLE_WORDS } from "#components/people/target.ts";
import { ownerChoices } from "#db/queries/console-keys.ts";
import { USER_STATES } from "#db/queries/console-people.ts";
import { mayChange, ROLES, userRolesOf } from "#lib/console/roles.ts";
import { openPage, type SearchParams } from "../../../../request.ts";
import { PeopleList } from "../list.tsx";

export const metadata: Metadata = { title: "People" };

const STATES = {
  active: "Not blocked",
  invited: "Invited",
  blocked: "Blocked",
  never: "Never seen",
} as const;

export default async function UsersPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("users");
  const params = await searchParams;
  const query = readQuery(params);
  const role = query.word("role", ROLES);
  const state = query.word("status", USER_STATES);
  const teamId = query.text("team");
  const { teams } = await ownerChoices(page.deps.sql);
  return (
    <PeopleList
      page={page}
      params={params}
      query={query}
      kind="person"
      title="People"
      note="Who signs in here, and whose keys call the gateway."
      placeholder="Name or e-mail"
      narrowed={{
        ...(role ? { roles: userRolesOf(role) } : {}),
        ...(state ? { state } : {}),
        ...(teamId ? { teamId } : {}),
      }}
      fields={[
        {
          name: "role",
          label: "Role",
          any: "Any role",
          options: ROLES.map((value) => ({ value, label: ROLE_WORDS[value]?.name ?? value })),
        },
        {
          name: "status",
          label: "Status",
          any: "Any status",
          options: USER_STATES.map((value) => ({ value, label: STATES[value] })),
        },
        ...(teams.length > 0
          ? [
              {
                name: "team",
                label: "Team",
                any: "Any team",
                options: teams.map(({ id, name }) => ({ value: id, label: name })),
              },
            ]
          : []),
      ]}
      create={mayChange(page.session.role) && <Invite teams={teams} />}
      nothing={{
        icon: Users,
        title: "Nobody here yet",
        text: "People sign in with their own password, and see what their role lets them.",
      }}
    />
  );
}
