/** The tunnel script against a stand-in for cloudflared: it starts one, knows its address, stops it, and says what is missing. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "#test/helpers/house.ts";
import { shellStage } from "./shell.ts";

const CONNECTED = `echo "INF |  https://quiet-test-name.trycloudflare.com  |"
echo "INF Registered tunnel connection connIndex=0"
trap 'kill $!; exit 0' TERM
sleep 60 &
wait`;

describe.skipIf(!existsSync("/usr/bin/curl"))("deploy/manage_tunnel.sh", () => {
  async function stage() {
    const shell = shellStage(await temporaryFolder());
    shell.standIn("curl");
    return shell;
  }

  test("a quick tunnel starts once, tells its address, and stops", async () => {
    const shell = await stage();
    shell.standIn("cloudflared", CONNECTED);
    onTestFinished(() => void shell.run("manage_tunnel.sh", ["stop"]));
    expect(shell.run("manage_tunnel.sh", ["status"])).toMatchObject({ code: 1, out: "No tunnel runs.\n" });
    const started = shell.run("manage_tunnel.sh", ["start"]);
    expect(started.code, started.err).toBe(0);
    expect(started.out).toContain("https://quiet-test-name.trycloudflare.com\n");
    expect(shell.calls()).toContain("cloudflared tunnel --no-autoupdate --url http://127.0.0.1:4000");
    expect(shell.run("manage_tunnel.sh", ["start"]).out).toContain("runs already");
    expect(shell.run("manage_tunnel.sh", ["status"]).code).toBe(0);
    expect(shell.run("manage_tunnel.sh", ["url"]).out).toBe("https://quiet-test-name.trycloudflare.com\n");
    expect(shell.run("manage_tunnel.sh", ["stop"]).out).toBe("The tunnel is stopped.\n");
    expect(shell.run("manage_tunnel.sh", ["url"]).code).toBe(1);
  });

  test("the token of a named tunnel is in no command line", async () => {
    const shell = await stage();
    shell.standIn("cloudflared", `[ -n "$TUNNEL_TOKEN" ] || exit 1\n${CONNECTED}`);
    onTestFinished(() => void shell.run("manage_tunnel.sh", ["stop"]));
    const env = { TUNNEL_TOKEN: "canary-token", SHIN_PUBLIC_URL: "https://llm.example.com" };
    const started = shell.run("manage_tunnel.sh", ["start"], env);
    expect(started.code, started.err).toBe(0);
    expect(started.out).toContain("https://llm.example.com\n");
    expect(shell.calls().join("\n")).not.toContain("canary-token");
    expect(shell.run("manage_tunnel.sh", ["status"]).code).toBe(0);
    expect(shell.run("manage_tunnel.sh", ["url"]).out).toBe("https://llm.example.com\n");
  });

  test("what is missing is said: the program, the gateway, the connection", async () => {
    const shell = await stage();
    expect(shell.run("manage_tunnel.sh", ["start"])).toMatchObject({
      code: 3,
      err: expect.stringContaining("cloudflared is not installed"),
    });
    shell.standIn("cloudflared", "echo 'ERR no such tunnel'; exit 1");
    const ended = shell.run("manage_tunnel.sh", ["start"]);
    expect([ended.code, ended.err]).toEqual([1, expect.stringContaining("ERR no such tunnel")]);
    shell.standIn("curl", "exit 7");
    expect(shell.run("manage_tunnel.sh", ["start"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("no gateway answers at http://127.0.0.1:4000"),
    });
    expect(shell.run("manage_tunnel.sh", ["fly"]).code).toBe(2);
  });

  test("a process id that belongs to another program by now is not taken for the tunnel", async () => {
    const folder = await temporaryFolder();
    const shell = shellStage(folder);
    mkdirSync(`${folder}/.data/tunnel`, { recursive: true });
    writeFileSync(`${folder}/.data/tunnel/pid`, `${process.pid}\n`);
    expect(shell.run("manage_tunnel.sh", ["stop"]).out).toBe("No tunnel runs.\n");
  });
});
