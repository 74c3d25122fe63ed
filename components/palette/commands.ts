/** What the palette can do besides finding things: go to a page, and act. Each has a shortcut of two keys. */

export interface Command {
  readonly id: string;
  readonly title: string;
  /** Two keys, one after the other; absent: through the palette alone. */
  readonly keys?: string;
  /** Other words that people look for it by. */
  readonly words?: string;
  readonly group: "Go to" | "Do";
  /** The page to be on. */
  readonly path?: string;
}

/** Letters after `g`, by page. */
const GO: Readonly<Record<string, readonly [keys: string, words: string]>> = {
  overview: ["g o", "home dashboard"],
  keys: ["g k", "virtual keys secrets"],
  models: ["g m", "deployments providers prices"],
  playground: ["g y", "chat try"],
  usage: ["g u", "spend cost tokens export"],
  budgets: ["g b", "caps forecast"],
  limits: ["g i", "windows rpm tpm"],
  logs: ["g l", "requests calls denials"],
  audit: ["g a", "history events"],
  users: ["g p", "people users invite"],
  teams: ["g t", "groups members"],
  jobs: ["g j", "exports progress"],
  incident: ["g n", "freeze revoke leak emergency"],
  privacy: ["g v", "export erase data subject requests"],
  privacyNew: ["c r", "new privacy request"],
  privacyHolds: ["g h", "legal hold restriction litigation"],
  privacyRetention: ["g d", "days purge"],
  privacyContent: ["g q", "prompts answers break-glass said"],
  privacyRecords: ["g w", "processing records"],
  compliance: ["g c", "checks report gdpr soc"],
  serviceAccounts: ["g x", "programs robots"],
  accessReview: ["g f", "keep remove signed"],
  settings: ["g s", "configuration"],
  account: ["g e", "password second factor sessions profile"],
};

export interface PaletteItem {
  readonly page: string;
  readonly path: string;
  readonly title: string;
}

export function pageCommands(items: readonly PaletteItem[]): Command[] {
  return items.map(({ page, path, title }) => {
    const [keys, words] = GO[page] ?? [];
    return {
      id: `go ${page}`,
      title,
      group: "Go to",
      path,
      ...(keys === undefined ? {} : { keys, words: words ?? "" }),
    };
  });
}

/** @param role of the person; the gateway checks each act again */
export function actionCommands(role: string, paths: ReadonlyMap<string, string>): Command[] {
  const all: Command[] = [
    {
      id: "create key",
      title: "Create key",
      keys: "c k",
      words: "new secret make",
      group: "Do",
      path: paths.get("keys") ?? "",
    },
    {
      id: "invite",
      title: "Invite a person",
      keys: "c p",
      words: "new user add",
      group: "Do",
      path: paths.get("users") ?? "",
    },
    { id: "theme light", title: "Light theme", keys: "t l", words: "switch appearance", group: "Do" },
    { id: "theme dark", title: "Dark theme", keys: "t d", words: "switch appearance night", group: "Do" },
    {
      id: "theme system",
      title: "Theme as the system",
      keys: "t s",
      words: "switch appearance",
      group: "Do",
    },
    {
      id: "copy link",
      title: "Copy the link to this page",
      keys: "c l",
      words: "address share url",
      group: "Do",
    },
    { id: "refresh", title: "Refresh this page", keys: "r r", words: "reload figures", group: "Do" },
    { id: "sign out", title: "Sign out", keys: "s o", words: "leave log out", group: "Do" },
  ];
  return all.filter(({ id, path }) => {
    if (path === "") return false;
    if (id === "create key") return role === "admin" || role === "developer";
    return id !== "invite" || role === "admin";
  });
}

/** Every word of the text is in the command's own. */
export function matches(command: Command, typed: string): boolean {
  const own = `${command.title} ${command.words ?? ""}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => own.includes(word));
}
