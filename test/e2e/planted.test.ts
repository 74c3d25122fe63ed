/** What somebody plants for others to find: scripts in names (AC-40), and a session in the victim's browser (AC-32). */
import { describe, expect, it } from "vitest";
import { PAGES } from "#lib/console/roles.ts";
import { services } from "#test/helpers/services.ts";
import { openConsoleUnderTest, PASSWORD } from "./console.ts";

const SCRIPT = `"><img src=x onerror="planted('img')"><script>planted('script')</script>{{planted}}`;

describe.skipIf(services.chromium === null)("planted", async () => {
  const under = services.chromium === null ? null : await openConsoleUnderTest();
  if (!under) return;
  const { url } = under;

  it("AC-40: scripts in names, models, user agents and errors are text on every page that shows them", async () => {
    const boss = await under.person("admin");
    const { key } = await under.api("POST", "/key/generate", { metadata: { note: SCRIPT }, tags: [SCRIPT] });
    await expect(under.api("POST", "/key/generate", { key_alias: SCRIPT })).rejects.toThrow("answered 400");
    await under.api("POST", "/team/new", { team_alias: `team ${SCRIPT}` });
    await under.api("POST", "/user/new", { user_alias: `user ${SCRIPT}`, auto_create_key: false });
    await under.api("POST", "/tag/new", { name: `tag ${SCRIPT}`, description: SCRIPT });
    await under.api("POST", "/budget/new", { budget_id: `budget ${SCRIPT}`, max_budget: 1 });
    await under.api("POST", "/customer/new", { user_id: `customer ${SCRIPT}`, alias: SCRIPT });
    await under.api("POST", "/model/new", {
      model_name: `stored ${SCRIPT}`,
      litellm_params: {
        model: `openai/${SCRIPT}`,
        api_key: "sk-planted",
        api_base: "https://models.example/v1",
      },
      model_info: { note: SCRIPT },
    });
    for (const model of ["gpt-4", `model ${SCRIPT}`])
      await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "user-agent": SCRIPT, "x-litellm-tags": SCRIPT },
        body: JSON.stringify({
          model,
          user: `end user ${SCRIPT}`,
          messages: [{ role: "user", content: SCRIPT }],
        }),
      });
    const page = await under.signedIn(boss);
    const found: string[] = [];
    await page.exposeFunction("planted", (what: string) => found.push(what));
    await page.addInitScript(() => {
      const planted: unknown = Reflect.get(window, "planted");
      document.addEventListener("securitypolicyviolation", ({ blockedURI, violatedDirective }) => {
        if (typeof planted === "function") planted(`${violatedDirective} ${blockedURI}`);
      });
    });
    page.on("dialog", (dialog) => {
      found.push("a dialog");
      void dialog.dismiss();
    });
    const shownOn: Readonly<Record<string, string>> = {
      "/ui/people/users": "user",
      "/ui/people/teams": "team",
      "/ui/logs": "model",
      "/ui/models": "stored",
    };
    for (const { path } of Object.values(PAGES)) {
      const shown = shownOn[path];
      const answer = await page.goto(`${url}${path}`);
      expect([path, answer?.status()]).toEqual([path, 200]);
      // As text, with every character of it.
      if (shown !== undefined)
        await page.getByText(`${shown} ${SCRIPT}`).first().waitFor({ state: "attached" });
      expect([path, await page.locator("img[src='x']").count()]).toEqual([path, 0]);
    }
    expect(found).toEqual([]);
  });

  it("AC-32: a session that was in the browser before is not the one after signing in", async () => {
    const [attacker, victim] = [await under.person("developer"), await under.person("admin")];
    /** @returns the session's cookie */
    const signIn = async (email: string, planted = "") => {
      const first = await fetch(`${url}/api/auth/csrf`);
      const { csrfToken } = (await first.json()) as { csrfToken: string };
      const own = first.headers.getSetCookie().map((one) => one.split(";")[0]);
      const answer = await fetch(`${url}/api/auth/callback/credentials`, {
        method: "POST",
        redirect: "manual",
        headers: {
          cookie: [planted, ...own].filter((one) => one !== "").join("; "),
          "content-type": "application/x-www-form-urlencoded",
        },
        body: new URLSearchParams({ csrfToken, email, password: PASSWORD, json: "true" }),
      });
      const set = answer.headers.getSetCookie().find((one) => /shin\.session=[^;]/.test(one));
      return set?.split(";")[0] ?? "";
    };
    const whose = async (cookie: string) =>
      (await fetch(`${url}/ui/session`, { headers: { cookie } })).text();
    const theirs = await signIn(attacker.email);
    expect(await whose(theirs)).toContain(attacker.id);
    for (const planted of [theirs, theirs.replace(/=.*/, "=planted-by-somebody")]) {
      const fresh = await signIn(victim.email, planted);
      expect(fresh).toMatch(/shin\.session=.{20,}/);
      expect(fresh).not.toBe(planted);
      expect(await whose(fresh)).toContain(victim.id);
      expect(await whose(planted)).not.toContain(victim.id);
    }
    expect(await whose(theirs)).toContain(attacker.id);
  });
});
