/** AC-87: the lockfile is what is installed. If this fails, somebody who changes a line of it ships a package of their own. */
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, test } from "vitest";
import { temporaryFolder } from "#test/helpers/house.ts";

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly cpu?: readonly string[];
  readonly resolved?: string;
  readonly link?: boolean;
}
type Packages = Readonly<Record<string, Locked>>;

const ROOT = join(import.meta.dirname, "../..");
const packagesOf = async (file: string): Promise<Packages> =>
  JSON.parse(await readFile(join(ROOT, file), "utf8")).packages;

/** What a lockfile must not have: packages without a strong checksum, or from anywhere but the registry that npm is set to. */
function faultsOf(packages: Packages): string[] {
  return Object.entries(packages).flatMap(([path, one]) => {
    if (path === "") return [];
    // Those of other platforms are added by scripts/complete-lockfile.js when the registry in use lacks them.
    const elsewhere = one.optional === true && (one.cpu?.length ?? 0) > 0;
    return [
      ...(one.integrity === undefined && !elsewhere ? [`${path}: no checksum`] : []),
      ...(one.integrity !== undefined && !/^sha512-[\w+/]{86}==$/.test(one.integrity)
        ? [`${path}: a weak checksum`]
        : []),
      ...(one.resolved !== undefined || one.link === true ? [`${path}: from elsewhere`] : []),
      ...(/^\d+\.\d+\.\d+/.test(one.version ?? "") ? [] : [`${path}: no version`]),
    ];
  });
}

describe.each(["package-lock.json", "bench/package-lock.json"])("%s", async (file) => {
  const packages = await packagesOf(file);
  const [name = "", entry = {}] = Object.entries(packages).find(([, one]) => one.integrity) ?? [];
  const changed = (fields: Locked) => faultsOf({ ...packages, [name]: { ...entry, ...fields } });

  it("has a strong checksum of every package, and none that comes from elsewhere", () => {
    expect(Object.keys(packages).length).toBeGreaterThan(3);
    expect(faultsOf(packages)).toEqual([]);
  });

  it("and a line that is changed is found", () => {
    const { integrity: _, ...unchecked } = entry;
    expect(faultsOf({ ...packages, [name]: unchecked })).toEqual([`${name}: no checksum`]);
    expect(changed({ integrity: "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=" })).toEqual([`${name}: a weak checksum`]);
    for (const resolved of [
      "git+ssh://git@github.com/somebody/next.git#0123456",
      "https://registry.evil.example/next/-/next-1.0.0.tgz",
      "file:../next.tgz",
    ])
      expect(changed({ resolved })).toEqual([`${name}: from elsewhere`]);
    expect(changed({ link: true })).toEqual([`${name}: from elsewhere`]);
    expect(changed({ version: "github:somebody/next" })).toEqual([`${name}: no version`]);
  });
});

test("AC-87: with a checksum that does not fit, npm ci fails and installs nothing; with the right one it installs", async () => {
  const root = await temporaryFolder();
  const run = promisify(execFile);
  const npm = (folder: string, ...args: string[]) =>
    run("npm", [...args, "--offline", "--no-audit", "--no-fund", "--ignore-scripts"], {
      cwd: folder,
      shell: process.platform === "win32",
      env: { ...process.env, npm_config_cache: join(root, "cache") },
    });
  await mkdir(join(root, "dep"));
  await writeFile(join(root, "dep/package.json"), '{"name":"dep","version":"1.0.0"}');
  await npm(join(root, "dep"), "pack", "--pack-destination", root);
  const dependencies = { dep: "file:dep-1.0.0.tgz" };
  await writeFile(
    join(root, "package.json"),
    JSON.stringify({ name: "app", version: "1.0.0", dependencies }),
  );
  await npm(root, "install", "--package-lock-only");
  const lockfile = join(root, "package-lock.json");
  const right = await readFile(lockfile, "utf8");
  await writeFile(lockfile, right.replace(/sha512-.{4}/, "sha512-AAAA"));
  await expect(npm(root, "ci")).rejects.toMatchObject({ stderr: expect.stringContaining("EINTEGRITY") });
  await expect(readFile(join(root, "node_modules/dep/package.json"))).rejects.toThrow("ENOENT");
  await writeFile(lockfile, right);
  await npm(root, "ci");
  expect(await readFile(join(root, "node_modules/dep/package.json"), "utf8")).toContain('"dep"');
});
