/** People and teams with their keys, for tests of who may make and change keys. */
import { expect } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";

export const NOT_ALLOWED = (param: string) => [403, param];
export const NO_SUCH_KEY = [404, "key"];

export async function gatewayWithPeople() {
  const gateway = await testGateway();
  let made = 0;
  const ok = async (path: string, body: unknown) => {
    const answer = await gateway.call("POST", path, { body });
    expect(answer.status, answer.text).toBe(200);
    return answer.json;
  };
  /** As a holder of `key` sees it: the answer's body, or status and field of the refusal. */
  const as = async (key: string, path: string, body: unknown) => {
    const { status, json } = await gateway.call("POST", path, { key, body });
    return status === 200 ? json : [status, json.error.param];
  };
  /** A user of a role with a personal key. */
  const person = async (role = "internal_user", fields: Record<string, unknown> = {}) => {
    const { user_id, key } = await ok("/user/new", { user_role: role, ...fields });
    return { id: String(user_id), key: String(key) };
  };
  /** A team with an admin and a member, each with a personal key. */
  const team = async (permissions: string[] = []) => {
    const [admin, member] = [await person(), await person()];
    made += 1;
    const id = `team-${made}`;
    await ok("/team/new", {
      team_id: id,
      team_member_permissions: permissions,
      members_with_roles: [
        { role: "admin", user_id: admin.id },
        { role: "user", user_id: member.id },
      ],
    });
    return { id, admin, member };
  };
  return { gateway, ok, as, person, team };
}
