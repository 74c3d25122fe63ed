/** The console's roles, and which page is whose. The menu, the pages themselves and the tests read this one table. */

export const ROLES = ["admin", "developer", "finance", "dpo", "auditor"] as const;
export type Role = (typeof ROLES)[number];

/** `users.role`: LiteLLM's names and our own. An unknown one may do the least. */
const OF_USER_ROLE: Readonly<Record<string, Role>> = {
  proxy_admin: "admin",
  proxy_admin_viewer: "auditor",
  internal_user: "developer",
  internal_user_viewer: "developer",
  admin: "admin",
  auditor: "auditor",
  developer: "developer",
  finance: "finance",
  dpo: "dpo",
};

export function roleOf(userRole: string): Role {
  return (Object.hasOwn(OF_USER_ROLE, userRole) ? OF_USER_ROLE[userRole] : undefined) ?? "developer";
}

/** Every `users.role` that means this role. */
export function userRolesOf(role: Role): string[] {
  return Object.keys(OF_USER_ROLE).filter((name) => OF_USER_ROLE[name] === role);
}

/** What `users.role` says for each of ours, in LiteLLM's words where it has one. */
export const USER_ROLE_OF = {
  admin: "proxy_admin",
  auditor: "proxy_admin_viewer",
  developer: "internal_user",
  finance: "finance",
  dpo: "dpo",
} as const satisfies Readonly<Record<Role, string>>;

export const PAGES = {
  overview: { path: "/ui/overview", title: "Overview", roles: ROLES },
  keys: { path: "/ui/keys", title: "Keys", roles: ["admin", "developer", "auditor"] },
  models: { path: "/ui/models", title: "Models", roles: ["admin", "developer", "finance", "auditor"] },
  usage: { path: "/ui/usage", title: "Usage", roles: ["admin", "developer", "finance", "auditor"] },
  budgets: { path: "/ui/budgets", title: "Budgets", roles: ["admin", "developer", "finance", "auditor"] },
  limits: { path: "/ui/limits", title: "Limits", roles: ["admin", "developer", "auditor"] },
  logs: { path: "/ui/logs", title: "Logs", roles: ["admin", "developer", "auditor"] },
  audit: { path: "/ui/audit", title: "Audit", roles: ["admin", "dpo", "auditor"] },
  incident: { path: "/ui/incident", title: "Incident", roles: ["admin", "dpo", "auditor"] },
  privacy: { path: "/ui/privacy", title: "Privacy", roles: ["admin", "dpo", "auditor"] },
  privacyNew: { path: "/ui/privacy/new", title: "New request", roles: ["admin", "dpo"] },
  privacyHolds: { path: "/ui/privacy/holds", title: "Holds", roles: ["admin", "dpo", "auditor"] },
  privacyRetention: { path: "/ui/privacy/retention", title: "Retention", roles: ["admin", "dpo", "auditor"] },
  privacyContent: { path: "/ui/privacy/content", title: "Content", roles: ["admin", "dpo", "auditor"] },
  privacyRecords: { path: "/ui/privacy/records", title: "Records", roles: ["admin", "dpo", "auditor"] },
  compliance: { path: "/ui/compliance", title: "Compliance", roles: ["admin", "dpo", "auditor"] },
  playground: { path: "/ui/playground", title: "Playground", roles: ["admin", "developer"] },
  users: { path: "/ui/people/users", title: "People", roles: ["admin", "dpo", "auditor"] },
  teams: { path: "/ui/people/teams", title: "Teams", roles: ["admin", "developer", "finance", "auditor"] },
  serviceAccounts: {
    path: "/ui/people/service-accounts",
    title: "Service accounts",
    roles: ["admin", "dpo", "auditor"],
  },
  accessReview: { path: "/ui/people/access-review", title: "Access review", roles: ["admin", "auditor"] },
  jobs: { path: "/ui/jobs", title: "Jobs", roles: ROLES },
  settings: { path: "/ui/settings", title: "Settings", roles: ROLES },
  settingsSignIn: { path: "/ui/settings/sign-in", title: "Sign-in", roles: ROLES },
  settingsNetwork: { path: "/ui/settings/network", title: "Network", roles: ["admin", "auditor"] },
  settingsMasterKey: { path: "/ui/settings/master-key", title: "Master key", roles: ["admin", "auditor"] },
  settingsAlerts: { path: "/ui/settings/alerts", title: "Alerts", roles: ["admin", "finance", "auditor"] },
  settingsAppearance: { path: "/ui/settings/appearance", title: "Appearance", roles: ROLES },
  account: { path: "/ui/account", title: "Your account", roles: ROLES },
} as const satisfies Readonly<
  Record<string, { readonly path: string; readonly title: string; readonly roles: readonly Role[] }>
>;
export type Page = keyof typeof PAGES;

export function maySee(role: Role, page: Page): boolean {
  const roles: readonly Role[] = PAGES[page].roles;
  return roles.includes(role);
}

/** True for roles that see everybody's calls and keys; the others see what is their own. */
export function seesEverything(role: Role): boolean {
  return role !== "developer";
}

/** True for roles that may set budgets; the key API itself lets admins do so alone. */
export function mayBudget(role: Role): boolean {
  return role === "admin" || role === "finance";
}

/** True for roles that may make and change keys; the key API lets all but admins do so with their own alone. */
export function mayManageKeys(role: Role): boolean {
  return role === "admin" || role === "developer";
}

/** True for roles that run compliance checks, vouch for what cannot be seen, and set checks aside. */
export function mayGovern(role: Role): boolean {
  return role === "admin" || role === "dpo";
}

/** True for the role that may change what the console shows. */
export function mayChange(role: Role): boolean {
  return role === "admin";
}

/** True for roles that may answer people's requests and set how long things are kept. */
export function mayKeepPrivacy(role: Role): boolean {
  return role === "admin" || role === "dpo";
}
