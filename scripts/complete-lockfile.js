/**
 * Run after every `npm install` that changes package-lock.json. npm leaves optional packages of other platforms out of
 * the lockfile when the registry in use does not carry them, and `npm ci` then refuses the lockfile everywhere as out
 * of step. This adds them: name and version from the package that wants them, platform from the name.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./prepare.js";

const platforms = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "sunos", "win32"];
const processors = ["arm", "arm64", "ia32", "loong64", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/** Optional packages that are wanted and not locked, as lockfile entries by path. */
export function missingEntries(packages) {
  const missing = {};
  for (const [path, wanted] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(wanted.optionalDependencies ?? {})) {
      if (isLocked(packages, path, name) || !/^\d+\.\d+\.\d+/.test(version)) continue;
      const words = name.split(/[/-]/);
      const os = words.filter((word) => platforms.includes(word));
      const cpu = words.filter((word) => processors.includes(word));
      // WebAssembly runs on any system.
      if (cpu.length === 0 || (os.length === 0 && !cpu.includes("wasm32"))) continue;
      missing[`node_modules/${name}`] = {
        version,
        cpu,
        ...(wanted.dev ? { dev: true } : {}),
        ...(words.includes("musl") ? { libc: ["musl"] } : {}),
        optional: true,
        ...(os.length > 0 ? { os } : {}),
      };
    }
  }
  return missing;
}

/** As Node resolves: beside the package that wants it, or in a folder above. */
function isLocked(packages, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))) {
    if (packages[`${folder === "" ? "" : `${folder}/`}node_modules/${name}`] !== undefined) return true;
    if (folder === "") return false;
  }
}

if (process.argv[1] === import.meta.filename) {
  const file = join(root, "package-lock.json");
  const lockfile = JSON.parse(readFileSync(file, "utf8"));
  const missing = missingEntries(lockfile.packages);
  const entries = Object.entries({ ...lockfile.packages, ...missing });
  lockfile.packages = Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b, "en")));
  if (Object.keys(missing).length > 0) writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`);
  console.log(`added ${Object.keys(missing).length} platform packages to package-lock.json`);
}
