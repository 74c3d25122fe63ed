/** Who is meant by the members of a body: by id, or by the address of a user that exists. */
import type { Tx } from "#db/client.ts";
import { findUsersByEmail } from "#db/queries/users.ts";
import { GatewayError } from "../errors.ts";
import type { MemberBody } from "./member-schema.ts";

export interface Member {
  readonly userId: string;
  readonly role: "admin" | "user";
}

/**
 * Members with their ids. An id needs no user row, as with keys; an address does.
 * @param param the field they came in
 * @throws GatewayError invalid_request for nobody, for an unknown address, or for a person named twice
 */
export async function resolveMembers(
  tx: Tx,
  members: readonly MemberBody[],
  param: string,
): Promise<Member[]> {
  const emails = members.flatMap((member) =>
    member.user_id || !member.user_email ? [] : [member.user_email],
  );
  const byEmail = new Map((await findUsersByEmail(tx, emails)).map((user) => [user.email, user.id]));
  const resolved = members.map((member) => {
    const userId = member.user_id ?? (member.user_email ? byEmail.get(member.user_email) : undefined);
    if (userId === undefined) {
      const complaint = member.user_email
        ? `names ${member.user_email}, the address of no user: make the user first`
        : "needs user_id or user_email";
      throw new GatewayError("invalid_request", `${param} ${complaint}`, { param });
    }
    return { userId, role: member.role ?? ("user" as const) };
  });
  const twice = resolved.find(
    (member, index) => resolved.findIndex((other) => other.userId === member.userId) !== index,
  );
  if (twice) throw new GatewayError("invalid_request", `${param} names ${twice.userId} twice`, { param });
  return resolved;
}
