/** Whose figures a caller may read: its own always, a service's rates always, other owners' figures and money never. */
import type { Caller } from "#lib/keys/caller.ts";
import type { Rule } from "./admission.ts";

/** True when the caller may see name, ceiling and use of this rule; else it hears of "a team limit" without figures. */
export function isVisible(caller: Pick<Caller, "role" | "teamRole">, rule: Rule): boolean {
  if (caller.role !== "user") return true;
  switch (rule.subject.kind) {
    case "key":
    case "user":
    case "team_member":
    case "end_user":
      return true;
    case "team":
      return caller.teamRole === "admin";
    // What a model can take is said to everyone; what the operator pays for it is not.
    case "gateway":
    case "model":
    case "deployment":
      return rule.metric !== "budget";
    case "provider":
    case "tag":
      return false;
  }
}
