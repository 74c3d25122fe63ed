/** Every role against every page: a page without a row here fails, and so does one that lets in whom it should not. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { insertJob } from "#db/queries/jobs.ts";
import { PAGES, ROLES, type Role } from "#lib/console/roles.ts";
import { openFile } from "#lib/jobs/file.ts";
import { services } from "#test/helpers/services.ts";
import { openConsoleUnderTest } from "./console.ts";

/** Who gets in. Written out once more on purpose: a change of lib/console/roles.ts alone must not pass. */
const MATRIX: Readonly<Record<string, readonly Role[]>> = {
  "/ui/overview": ["admin", "developer", "finance", "dpo", "auditor"],
  "/ui/keys": ["admin", "developer", "auditor"],
  "/ui/keys/[id]": ["admin", "developer", "auditor"],
  "/ui/models": ["admin", "developer", "finance", "auditor"],
  "/ui/usage": ["admin", "developer", "finance", "auditor"],
  "/ui/usage/export": ["admin", "developer", "finance", "auditor"],
  "/ui/logs": ["admin", "developer", "auditor"],
  "/ui/audit": ["admin", "dpo", "auditor"],
  "/ui/audit/export": ["admin", "dpo", "auditor"],
  "/ui/incident": ["admin", "dpo", "auditor"],
  "/ui/incident/[id]": ["admin", "dpo", "auditor"],
  "/ui/incident/[id]/evidence": ["admin", "dpo", "auditor"],
  "/ui/privacy": ["admin", "dpo", "auditor"],
  "/ui/privacy/[id]": ["admin", "dpo", "auditor"],
  "/ui/privacy/new": ["admin", "dpo"],
  "/ui/privacy/holds": ["admin", "dpo", "auditor"],
  "/ui/privacy/retention": ["admin", "dpo", "auditor"],
  "/ui/privacy/content": ["admin", "dpo", "auditor"],
  "/ui/privacy/records": ["admin", "dpo", "auditor"],
  "/ui/privacy/records/export": ["admin", "dpo", "auditor"],
  "/ui/compliance": ["admin", "dpo", "auditor"],
  "/ui/compliance/[check]": ["admin", "dpo", "auditor"],
  "/ui/compliance/report": ["admin", "dpo", "auditor"],
  "/ui/playground": ["admin", "developer"],
  "/ui/settings": ["admin", "developer", "finance", "dpo", "auditor"],
  "/ui/settings/sign-in": ["admin", "developer", "finance", "dpo", "auditor"],
  "/ui/settings/network": ["admin", "auditor"],
  "/ui/settings/master-key": ["admin", "auditor"],
  "/ui/settings/alerts": ["admin", "finance", "auditor"],
  "/ui/settings/appearance": ["admin", "developer", "finance", "dpo", "auditor"],
  "/ui/jobs": ["admin", "developer", "finance", "dpo", "auditor"],
  "/ui/jobs/[id]/file": ["admin", "developer", "finance", "dpo", "auditor"],
  "/ui/account": ["admin", "developer", "finance", "dpo", "auditor"],
  "/ui/budgets": ["admin", "developer", "finance", "auditor"],
  "/ui/limits": ["admin", "developer", "auditor"],
  "/ui/limits/live": ["admin", "developer", "auditor"],
  "/ui/people/users": ["admin", "dpo", "auditor"],
  "/ui/people/users/[id]": ["admin", "dpo", "auditor"],
  "/ui/people/access-review": ["admin", "auditor"],
  "/ui/people/access-review/[id]/record": ["admin", "auditor"],
  "/ui/people/access-review/[id]": ["admin", "auditor"],
  "/ui/people/service-accounts": ["admin", "dpo", "auditor"],
  "/ui/people/teams": ["admin", "developer", "finance", "auditor"],
  "/ui/people/teams/[id]": ["admin", "developer", "finance", "auditor"],
};

const ROOT = join(import.meta.dirname, "../../app/ui/(console)");

/** Addresses of all pages and handlers below the console's frame. */
function addresses(folder = ROOT, path = "/ui"): string[] {
  const names = readdirSync(folder);
  const own = names.some((name) => name === "page.tsx" || name === "route.ts") ? [path] : [];
  const inner = names.filter((name) => statSync(join(folder, name)).isDirectory());
  return [...own, ...inner.flatMap((name) => addresses(join(folder, name), `${path}/${name}`))];
}

/** `/ui/keys/[id]` -> `/ui/keys/key_...` */
function withId(path: string, ids: Readonly<Record<string, unknown>>): string {
  return path
    .replace("[check]", "master_key")
    .replace(/([\w-]+)\/\[id\]/, (_, kind: string) => `${kind}/${ids[kind] ?? "none"}`);
}

describe("the matrix of roles and pages", () => {
  it("has a row for every page and no other", () => {
    expect(existsSync(ROOT)).toBe(true);
    expect(addresses().sort()).toEqual(Object.keys(MATRIX).sort());
  });

  it("agrees with the table that the menu is made of", () => {
    for (const { path, roles } of Object.values(PAGES))
      expect([path, [...roles].sort()]).toEqual([path, [...(MATRIX[path] ?? [])].sort()]);
  });
});

describe.skipIf(services.chromium === null)("roles", async () => {
  const under = services.chromium === null ? null : await openConsoleUnderTest();
  if (!under) return;
  const made = await under.api("POST", "/key/generate", { key_alias: "somebody-elses", user_id: null });
  const review = await under.api("POST", "/access-reviews", {});
  // Nobody is here yet who had to be decided about; only a finished one has a record.
  await under.api("POST", `/access-reviews/${review["id"]}/finish`, {});
  const { sql } = under;

  /** A job of that person, with its file. */
  async function jobOf(userId: string): Promise<string> {
    const [id, now] = [`job_of_${userId}`, new Date()];
    await insertJob(sql, {
      ...{ id, kind: "export.usage", input: {}, startedBy: userId, uniqueKey: null },
      ...{ now, runAfter: new Date(now.getTime() + 3_600_000) },
    });
    const expiresAt = new Date(now.getTime() + 3_600_000);
    const file = await openFile(sql, { jobId: id, name: "x.csv", contentType: "text/csv", expiresAt });
    await file.write("a,b");
    await file.end();
    return id;
  }

  const drill = await under.api("POST", "/incident/open", {
    scope: { kind: "all" },
    reason: "an exercise",
    drill: true,
  });

  const asked = await under.api("POST", "/privacy/requests", {
    type: "access",
    subject: "nobody@example.com",
  });

  it.each([...ROLES])("%s sees its pages and nothing of the others", async (role) => {
    const person = await under.person(role);
    const own = await under.api("POST", "/key/generate", { key_alias: `own-of-${role}`, user_id: person.id });
    const page = await under.signedIn(person);
    const team = await under.api("POST", "/team/new", {
      members_with_roles: [{ role: "user", user_id: person.id }],
    });
    const ids = {
      keys: own["key_id"],
      users: person.id,
      teams: team["team_id"],
      incident: drill["incident_id"],
      privacy: asked["id"],
      "access-review": review["id"],
      jobs: await jobOf(person.id),
    };
    const seen: Record<string, number> = {};
    for (const path of Object.keys(MATRIX)) {
      const answer = await page.request.get(`${under.url}${withId(path, ids)}`, {
        maxRedirects: 0,
      });
      seen[path] = answer.status();
    }
    const expected = Object.entries(MATRIX).map(([path, roles]) => [path, roles.includes(role) ? 200 : 403]);
    expect(seen).toEqual(Object.fromEntries(expected));
    const others = await page.request.get(`${under.url}/ui/keys/${made["key_id"]}`, { maxRedirects: 0 });
    expect(others.status()).toBe({ admin: 200, auditor: 200, developer: 404, finance: 403, dpo: 403 }[role]);
  });

  it("nobody who is not signed in gets any page's contents", async () => {
    const { page } = await under.window();
    for (const path of Object.keys(MATRIX)) {
      for (const headers of [{}, { rsc: "1" }]) {
        const answer = await page.request.get(`${under.url}${withId(path, { keys: made["key_id"] })}`, {
          maxRedirects: 0,
          headers,
        });
        expect([
          path,
          [200].includes(answer.status()) && !(await answer.text()).includes("/ui/sign-in"),
        ]).toEqual([path, false]);
        expect(await answer.text()).not.toContain("somebody-else");
      }
    }
  });

  it("only an admin's session may change a key", async () => {
    for (const role of ROLES) {
      const page = await under.signedIn(await under.person(role));
      const { csrf } = await page.evaluate(() => fetch("/ui/session").then((answer) => answer.json()));
      const status = await page.evaluate(
        ([token, key]) =>
          fetch("/key/block", {
            method: "POST",
            headers: { "content-type": "application/json", "x-csrf-token": token ?? "" },
            body: JSON.stringify({ key }),
          }).then((answer) => answer.status),
        [csrf, String(made["key_id"])],
      );
      // The key is not theirs: to a developer it is not there.
      expect([role, status]).toEqual([role, { admin: 200, developer: 404 }[role as string] ?? 403]);
    }
  });
});
