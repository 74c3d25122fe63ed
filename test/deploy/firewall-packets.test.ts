/** What deploy/firewall.sh lets through, told by packets: two hosts of the test's own, and the programs as they are. */
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { networkNamespaces, services } from "#test/helpers/services.ts";
import { type Attempt, named, SERVER, type TwoHosts, twoHosts } from "./two-hosts.ts";

const SCRIPT = join(import.meta.dirname, "../../deploy/firewall.sh");
const ALLOWED = ["10.77.0.2", "fd77::2"];
/** In the same networks, and not named. */
const REFUSED = ["10.77.0.3", "fd77::3"];
const GATEWAY = 4000;
const OTHER = 8080;

const to = (port: number, addresses: readonly string[]): Attempt[] =>
  addresses.map((from) => ({ from, port, to: from.includes(":") ? SERVER.v6 : SERVER.v4 }));
const ssh = to(22, [...REFUSED, ...ALLOWED]);
const everywhere = [
  ...to(GATEWAY, REFUSED),
  ...to(GATEWAY, ALLOWED),
  ...to(OTHER, REFUSED),
  ...to(OTHER, ALLOWED),
];

/** nginx on the same machine. */
const itself = ["127.0.0.1", "::1", SERVER.v4, SERVER.v6].map((from) => ({ from, port: GATEWAY, to: from }));

const usable =
  [services.nftables, services.iptables, services.iproute2].every((path) => path !== null) &&
  networkNamespaces();

describe.skipIf(!usable)("deploy/firewall.sh, with packets", () => {
  let hosts: TwoHosts | null = null;
  afterEach(() => hosts?.close());

  /** Everything that decides about packets, without counters and times. */
  const rules = ({ server }: TwoHosts) =>
    ["nft list ruleset", "iptables -w -S", "ip6tables -w -S"]
      .map((command) => server(command.split(" ")).out)
      .join("\n")
      .replace(/counter packets \d+ bytes \d+/g, "counter");
  const begin = async () => {
    const made = await twoHosts([...ALLOWED, ...REFUSED]);
    hosts = made;
    await made.listen([22, GATEWAY, OTHER]);
    // Rules of somebody else, which are to stay.
    made.server(["iptables", "-w", "-A", "INPUT", "-p", "udp", "--dport", "9", "-j", "DROP"]);
    made.server(["ip6tables", "-w", "-A", "INPUT", "-p", "udp", "--dport", "9", "-j", "DROP"]);
    made.server(["nft", "add table inet theirs { chain c { type filter hook input priority 5; } }"]);
    return made;
  };
  const script = ({ server }: TwoHosts, ...args: string[]) => {
    const { code, out } = server(["sh", SCRIPT, ...args]);
    expect(code, out).toBe(0);
    return out;
  };
  const allow = ALLOWED.flatMap((address) => ["--allow", address]);
  const names = (attempts: readonly Attempt[]) => attempts.map(named).sort();

  for (const kind of ["iptables", "nftables"])
    test(`${kind}: who is named comes in, nobody else does, and no other port is touched`, async () => {
      const made = await begin();
      const before = rules(made);
      expect(await made.connect([], [...ssh, ...everywhere])).toEqual(names([...ssh, ...everywhere]));

      script(made, kind, ...allow);
      const through = [...to(GATEWAY, ALLOWED), ...to(OTHER, [...REFUSED, ...ALLOWED]), ...ssh];
      expect(await made.connect(everywhere, through)).toEqual(names(through));
      expect(await made.connect([], itself, "server")).toEqual(names(itself));

      const once = rules(made);
      script(made, kind, ...allow);
      expect(rules(made)).toBe(once);
      expect(once).not.toBe(before);

      // With other networks those of before are out.
      script(made, kind, ...REFUSED.flatMap((address) => ["--allow", address]));
      const turned = [...to(GATEWAY, REFUSED), ...ssh];
      expect(await made.connect(to(GATEWAY, ALLOWED), turned)).toEqual(names(turned));

      script(made, kind, "--undo");
      expect(rules(made)).toBe(before);
      expect(await made.connect([], [...ssh, ...everywhere])).toEqual(names([...ssh, ...everywhere]));
      script(made, kind, "--undo");
      expect(rules(made)).toBe(before);
    });

  test.skipIf(services.ufw === null)(
    "ufw: who is named comes in, SSH stays, and wider rules of others do not let more in",
    async () => {
      const made = await begin();
      const added = () => made.server(["ufw", "show", "added"]).out;
      made.server(["ufw", "allow", "3990:4010/tcp"]);
      made.server(["ufw", "limit", "22/tcp"]);
      const before = added();
      script(made, "ufw", ...allow);
      const through = [...to(GATEWAY, ALLOWED), ...ssh];
      expect(await made.connect(everywhere, through)).toEqual(names(through));
      expect(added()).toContain("ufw limit 22/tcp");

      const once = [added(), rules(made)];
      script(made, "ufw", ...allow);
      expect([added(), rules(made)]).toEqual(once);

      script(made, "ufw", "--undo");
      expect(added()).toBe(before);
      const opened = [...to(GATEWAY, [...REFUSED, ...ALLOWED]), ...ssh];
      expect(await made.connect([], opened)).toEqual(names(opened));

      // A rule of somebody else for this very port would come in ours' place.
      made.server(["ufw", "allow", `${GATEWAY}/tcp`]);
      const theirs = added();
      const refused = made.server(["sh", SCRIPT, "ufw", ...allow]);
      expect([refused.code, refused.out]).toEqual([
        1,
        expect.stringContaining(`sudo ufw delete allow ${GATEWAY}/tcp`),
      ]);
      expect(added()).toBe(theirs);
    },
  );
});
