/** People get in by a link and are put out at once; a budget is raised until a day; limits move while one looks. */
import { describe, expect, it } from "vitest";
import { services } from "#test/helpers/services.ts";
import { openConsoleUnderTest, PASSWORD } from "./console.ts";

describe.skipIf(services.chromium === null)("people, budgets and limits", async () => {
  const under = services.chromium === null ? null : await openConsoleUnderTest();
  if (!under) return;
  const { api, sql, url } = under;
  const admin = await under.person("admin");
  const page = await under.signedIn(admin);

  it("an invited person chooses a password, gets in with the role given, and the link is used up", async () => {
    await page.goto(`${url}/ui/people/users`);
    await page.getByRole("button", { name: "Invite" }).first().click();
    await page.getByLabel("E-mail").fill("ana@example.com");
    await page.getByLabel("Role").last().selectOption("finance");
    await page.getByRole("button", { name: "Invite and make the link" }).click();
    const link = await page.getByRole("textbox", { name: "Link" }).inputValue();
    expect(link).toMatch(`${url}/ui/invitation#`);
    await page.getByRole("button", { name: "Done" }).click();
    expect(await page.content()).not.toContain(link.split("#")[1]);

    const { page: hers } = await under.window();
    await hers.goto(link);
    await hers.getByLabel("Password").fill(PASSWORD);
    await hers.getByRole("button", { name: "Set password and sign in" }).click();
    await hers.waitForURL("**/ui/overview");
    expect(await hers.getByRole("link", { name: "Budgets" }).count()).toBe(1);
    expect(await hers.getByRole("link", { name: "Keys" }).count()).toBe(0);

    const { page: again } = await under.window();
    await again.goto(link);
    await again.getByLabel("Password").fill(PASSWORD);
    await again.getByRole("button", { name: "Set password and sign in" }).click();
    await again.getByText("This link was used").waitFor();
  });

  it("finance raises a team's budget until a day: from then on the gate counts with it", async () => {
    await api("POST", "/team/new", { team_alias: "Search", max_budget: 10, budget_duration: "30d" });
    const finance = await under.signedIn(await under.person("finance"));
    await finance.goto(`${url}/ui/budgets`);
    await finance.getByRole("button", { name: "Actions for the budget of Search" }).click();
    await finance.getByRole("menuitem", { name: "Raise for a while" }).click();
    await finance.getByLabel("Add in US dollars").fill("5");
    await finance.getByRole("button", { name: "Raise until then" }).click();
    await finance.getByText("of $15.00").waitFor();
    const [row] = await sql`select limits, max_budget_nano_usd as max from teams where alias = 'Search'`;
    expect([row?.["max"], row?.["limits"].raise.nanoUsd]).toEqual([10_000_000_000n, "5000000000"]);
    const [event] =
      await sql`select actor_kind from audit_events where action = 'team.update' order by seq desc limit 1`;
    expect(event?.["actor_kind"]).toBe("user");
  });

  it("an auditor sees budgets and may change none, not even past the page", async () => {
    const auditor = await under.signedIn(await under.person("auditor"));
    await auditor.goto(`${url}/ui/budgets`);
    await auditor.getByText("Search").first().waitFor();
    expect(await auditor.getByRole("button", { name: /Actions for the budget|Set a budget/ }).count()).toBe(
      0,
    );
    const { csrf } = await (await auditor.request.get(`${url}/ui/session`)).json();
    const answer = await auditor.request.post(`${url}/console/budgets/update`, {
      headers: { "x-csrf-token": csrf, origin: url },
      data: { kind: "team", id: "any", max_budget: 1 },
    });
    expect(answer.status()).toBe(403);
  });

  it("who is blocked is out at the next click, and Undo lets them in again", async () => {
    const person = await under.person("developer");
    const theirs = await under.signedIn(person);
    await page.goto(`${url}/ui/people/users/${person.id}`);
    await page.getByRole("button", { name: /More actions/ }).click();
    await page.getByRole("menuitem", { name: "Block" }).click();
    await page.getByRole("button", { name: "Undo" }).waitFor();
    await theirs.goto(`${url}/ui/overview`);
    await theirs.waitForURL("**/ui/sign-in**");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText(/is unblocked/).waitFor();
    const [row] = await sql`select blocked from users where id = ${person.id}`;
    expect(row?.["blocked"]).toBe(false);
  });

  it("ending somebody's sessions signs them out, and keys go on", async () => {
    const person = await under.person("developer");
    const { key } = await api("POST", "/key/generate", { user_id: person.id });
    const theirs = await under.signedIn(person);
    await page.goto(`${url}/ui/people/users/${person.id}?view=sessions`);
    expect(await page.getByRole("row").count()).toBe(2);
    await page.getByRole("button", { name: /More actions/ }).click();
    await page.getByRole("menuitem", { name: "End all sessions" }).click();
    await page.getByRole("button", { name: "End all sessions" }).click();
    await page.getByText("Not signed in").waitFor();
    await theirs.goto(`${url}/ui/overview`);
    await theirs.waitForURL("**/ui/sign-in**");
    expect((await chat(url, String(key))).status).toBe(200);
  });

  it("deleting a person shows the keys that hang on them, and hands them over when told to", async () => {
    const [leaver, heir] = [await under.person("developer"), await under.person("developer")];
    const { key } = await api("POST", "/key/generate", { user_id: leaver.id, key_alias: "left-behind" });
    await page.goto(`${url}/ui/people/users/${leaver.id}`);
    await page.getByRole("button", { name: /More actions/ }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("left-behind").waitFor();
    await dialog.getByLabel("What becomes of them").selectOption(heir.id);
    const confirm = dialog.getByRole("button", { name: "Delete for good" });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel(/to confirm/).fill(leaver.email);
    await confirm.click();
    await page.waitForURL("**/ui/people/users");
    const [row] =
      await sql`select user_id from virtual_keys where alias = 'left-behind' and deleted_at is null`;
    expect(row?.["user_id"]).toBe(heir.id);
    expect((await chat(url, String(key))).status).toBe(200);
  });

  it("a team's owner takes a member in and out, and sees no page of people", async () => {
    const [owner, member] = [await under.person("developer"), await under.person("developer")];
    const { team_id } = await api("POST", "/team/new", {
      team_alias: "Own",
      members_with_roles: [{ role: "admin", user_id: owner.id }],
    });
    const theirs = await under.signedIn(owner);
    await theirs.goto(`${url}/ui/people/teams/${team_id}`);
    await theirs.getByRole("button", { name: "Add a member" }).click();
    await theirs.getByRole("dialog").getByLabel("E-mail").fill(member.email);
    await theirs.getByRole("dialog").getByRole("button", { name: "Add" }).click();
    await theirs.getByRole("button", { name: `Actions for ${member.email}` }).click();
    await theirs.getByRole("menuitem", { name: "Take out" }).click();
    await theirs.getByRole("dialog").getByRole("button", { name: "Take out" }).click();
    await theirs.getByText("is out of the team").waitFor();
    const rows = await sql`select user_id from memberships where team_id = ${String(team_id)}`;
    expect(rows.map((row) => row["user_id"])).toEqual([owner.id]);
    expect((await theirs.request.get(`${url}/ui/people/users`, { maxRedirects: 0 })).status()).toBe(403);
  });

  it("limits move while one looks, without a reload", async () => {
    const { key } = await api("POST", "/key/generate", { key_alias: "counted", rpm_limit: 3 });
    await page.goto(`${url}/ui/limits`);
    for (let call = 0; call < 4; call++) await chat(url, String(key));
    const row = page.getByRole("row").filter({ hasText: "counted" });
    await row.getByText("of 3").waitFor({ timeout: 20_000 });
    await page.getByText("Key: requests a minute").waitFor({ timeout: 20_000 });
  });
});

function chat(url: string, key: string): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-3.5-turbo", messages: [{ role: "user", content: "Hello" }] }),
  });
}
