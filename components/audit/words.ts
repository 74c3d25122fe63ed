/** What actors, objects and outcomes of events are called. */

export interface Named {
  readonly kind: string;
  readonly id: string;
  readonly name: string | null;
}

const KINDS: Readonly<Record<string, string>> = {
  key: "key",
  user: "person",
  team: "team",
  budget: "budget",
  end_user: "end user",
  tag: "tag",
  deployment: "model",
  setting: "setting",
  job: "job",
  review: "access review",
  budget_request: "request for budget",
  check: "check",
};

export function kindWord(kind: string): string {
  return KINDS[kind] ?? kind.replaceAll("_", " ");
}

export function actorWord({ kind, id, name }: Named): string {
  if (kind === "master_key") return "Master key";
  if (kind === "system") return id === "" ? "The gateway" : `The gateway (${id})`;
  return name ?? id;
}

/** The kind of an actor, where the name alone would not tell it. */
export function actorKind(kind: string): string | null {
  return kind === "key" ? "key" : kind === "user" ? "person" : null;
}

/** `key.reset_spend` -> `key · reset spend`: the object first, then what was done. */
export function actionWord(action: string): string {
  const [object = "", done = ""] = action.split(".");
  return done === "" ? action : `${kindWord(object)} · ${done.replaceAll("_", " ")}`;
}
