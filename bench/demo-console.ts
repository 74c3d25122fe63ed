/** A real gateway with 30 days of made-up traffic and an admin, for what measures the console. Needs `npm run build` first. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { startGatewayProcess } from "../test/helpers/process.ts";

const EMAIL = "ana@example.com";
const PASSWORD = "four unrelated wooden words";

export interface DemoConsole {
  readonly url: string;
  /** A folder of its own, removed at the end. */
  readonly folder: string;
  signIn(page: Page): Promise<void>;
  end(): Promise<void>;
}

export async function startDemoConsole(): Promise<DemoConsole> {
  const folder = await mkdtemp(join(tmpdir(), "shin-demo-console-"));
  await writeFile(join(folder, "config.yaml"), "general_settings: {}\n");
  await writeFile(join(folder, "password"), PASSWORD);
  const gateway = await startGatewayProcess({
    dataDir: join(folder, "data"),
    configFile: join(folder, "config.yaml"),
    args: ["--demo-data"],
    env: { SHIN_ADMIN_EMAIL: EMAIL, SHIN_ADMIN_PASSWORD_FILE: join(folder, "password") },
  });
  return {
    url: gateway.url,
    folder,
    async signIn(page) {
      await page.goto(`${gateway.url}/ui/sign-in`, { waitUntil: "networkidle" });
      await page.getByLabel("E-mail").fill(EMAIL);
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL("**/ui/overview");
      await page.waitForLoadState("networkidle");
    },
    async end() {
      gateway.signal("SIGTERM");
      await gateway.ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
