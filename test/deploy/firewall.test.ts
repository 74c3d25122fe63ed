/** The firewall script prints what it does, does what it prints, and never closes SSH. Programs are stood in for. */
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "#test/helpers/house.ts";
import { shellStage } from "./shell.ts";

const stage = async () => shellStage(await temporaryFolder());
const root = process.getuid?.() === 0;

describe("deploy/firewall.sh", () => {
  for (const kind of ["ufw", "iptables", "nftables"])
    test(`${kind} --dry-run runs nothing and names the port and the networks`, async () => {
      const shell = await stage();
      for (const name of ["ufw", "iptables", "ip6tables", "iptables-restore", "ip6tables-restore", "nft"])
        shell.standIn(name);
      const args = [kind, "--allow", "10.0.0.0/8", "--allow", "2001:db8::/32", "--port", "4001", "--dry-run"];
      const { code, out } = shell.run("firewall.sh", args);
      expect(code).toBe(0);
      for (const part of ["10.0.0.0/8", "2001:db8::/32", "4001", "Nothing was changed"])
        expect(out).toContain(part);
      expect(shell.calls()).toEqual([]);
      expect(shell.run("firewall.sh", [kind, "--undo", "--dry-run"]).code).toBe(0);
      expect(shell.calls()).toEqual([]);
    });

  test.runIf(root)(
    "ufw is given every SSH port before it is turned on, and networks of an earlier run go",
    async () => {
      const shell = await stage();
      shell.standIn(
        "ufw",
        `case "$1 $2" in
        "status "*) echo 'Status: inactive' ;;
        "show added") printf '%s\\n' 'Added user rules:' \\
          "ufw allow from 10.9.0.0/16 to any port 4000 proto tcp comment 'shin_gateway'" \\
          "ufw deny 4000/tcp comment 'shin_gateway'" "ufw deny 14000/tcp comment 'shin_gateway'" \\
          'ufw allow 4000:4010/udp' 'ufw limit 2022/tcp' ;;
        esac`,
      );
      const ran = shell.run("firewall.sh", ["ufw", "--allow", "10.0.0.0/8"], {
        SSH_CONNECTION: "192.0.2.1 50000 192.0.2.2 2222",
      });
      expect(ran.code, ran.err).toBe(0);
      const done = shell.calls().filter((call) => !/^ufw (status|show)/.test(call));
      expect(done).toEqual([
        "ufw allow 22/tcp comment ssh",
        "ufw allow 2222/tcp comment ssh",
        "ufw --force delete allow from 10.9.0.0/16 to any port 4000 proto tcp",
        "ufw prepend deny 4000/tcp comment shin_gateway",
        "ufw prepend allow from 10.0.0.0/8 to any port 4000 proto tcp comment shin_gateway",
        "ufw --force enable",
      ]);
    },
  );

  test.runIf(root)("iptables fills its own chain at once and leads the port there once", async () => {
    const shell = await stage();
    for (const program of ["iptables-restore", "ip6tables-restore"])
      shell.standIn(program, `cat >>${program}.rules`);
    // The first -C finds nothing, as on a fresh machine; later ones find the rule.
    for (const program of ["iptables", "ip6tables"])
      shell.standIn(program, `case "$2" in -C) [ -e ${program}.led ] ;; -I) touch ${program}.led ;; esac`);
    const args = ["iptables", "--allow", "10.0.0.0/8"];
    const first = shell.run("firewall.sh", args);
    expect(first.code, first.err).toBe(0);
    expect(shell.calls().filter((call) => call.includes(" -I "))).toEqual([
      "iptables -w -I INPUT 1 -p tcp --dport 4000 -j SHIN_GATEWAY",
      "ip6tables -w -I INPUT 1 -p tcp --dport 4000 -j SHIN_GATEWAY",
    ]);
    expect(shell.run("firewall.sh", args).code).toBe(0);
    const second = shell.calls();
    expect(second.filter((call) => call.includes(" -I "))).toEqual([]);
    expect(second).toContain("iptables-restore -w --noflush");
  });

  test.runIf(root)("a program that fails is told, and stops the script", async () => {
    const shell = await stage();
    shell.standIn("nft", "cat >/dev/null; exit 1");
    expect(shell.run("firewall.sh", ["nftables", "--allow", "10.0.0.0/8"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("nft refused the rules; they are as they were"),
    });
  });

  test("wrong words are refused before anything happens", async () => {
    const shell = await stage();
    const refused = (...args: string[]) => {
      const { code, err } = shell.run("firewall.sh", [...args, "--dry-run"]);
      expect(code, args.join(" ")).toBe(2);
      return err;
    };
    expect(refused("ufw")).toContain("name who may come in");
    expect(refused("ufw", "--allow", "10.0.0/8")).toContain("not a network");
    expect(refused("ufw", "--allow", "10.0.0.0/33")).toContain("above /32");
    expect(refused("ufw", "--allow", "0.0.0.0/0")).toContain("everybody");
    expect(refused("ufw", "--allow", "$(reboot)")).toContain("not a network");
    expect(refused("ufw", "--allow", "10.0.0.0/8", "--port", "22")).toContain("SSH");
    expect(refused("pf", "--allow", "10.0.0.0/8")).toContain("not one of");
    const absent = shell.run("firewall.sh", ["nftables", "--allow", "10.0.0.0/8"], { PATH: "/usr/bin:/bin" });
    expect([absent.code, absent.err]).toEqual([3, expect.stringContaining("nft is not installed")]);
  });
});
