/**
 * What has to be there before anything runs: the packages, Next's build, a Node 24. Plain JavaScript for the Node that
 * npm was started with (20.9 or newer), without dependencies, for it runs before there are any. When nothing changed
 * it only compares two stamps and starts no other program.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Top folder of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const wantedMajor = 24;
const installStamp = join(root, "node_modules", ".shin-install");
const buildStamp = join(root, ".next", ".shin-build");

/** A fault that a person can do something about; printed without a stack. */
export class PrepareError extends Error {}

/** Installs the packages when package-lock.json changed since they were last installed. */
export async function install() {
  const lockfile = readFileSync(join(root, "package-lock.json"));
  const wanted = `${createHash("sha256").update(lockfile).digest("hex")} ${process.platform}-${process.arch}\n`;
  if (read(installStamp) === wanted) return;
  if (!installedByHand(JSON.parse(lockfile.toString()))) {
    const flags = [
      "ci",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--include=dev",
      "--include=optional",
    ];
    await step(
      "installing packages",
      ...npmCommand(flags),
      "npm could not install the packages; it needs the registry this once",
    );
  }
  mkdirSync(dirname(installStamp), { recursive: true });
  writeFileSync(installStamp, wanted);
}

/** True when node_modules already holds what the lockfile says, from an `npm install` by hand. */
function installedByHand(lockfile) {
  const text = read(join(root, "node_modules", ".package-lock.json"));
  if (text === null) return false;
  const installed = JSON.parse(text).packages;
  return Object.entries(lockfile.packages).every(([path, wanted]) => {
    if (path === "") return true;
    const found = installed[path];
    if (found === undefined) return wanted.optional === true && !isSurelyForHere(wanted);
    return (
      found.version === wanted.version && found.integrity === wanted.integrity && existsSync(join(root, path))
    );
  });
}

/** True when a package names this very platform. Others may be absent: which libc and which fallbacks is npm's choice. */
function isSurelyForHere({ os, cpu, libc }) {
  return (
    os?.includes(process.platform) === true && cpu?.includes(process.arch) === true && libc === undefined
  );
}

/** Runs `next build` when the sources changed since the last build, or always. Nothing to do without an `app` folder. */
export async function build({ always = false } = {}) {
  if (!existsSync(join(root, "app"))) return;
  const sources = fingerprintSources();
  if (!always && read(buildStamp) === sources + fingerprintSettings()) return;
  rmSync(buildStamp, { force: true });
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  await step("building the console", findNode(), [next, "build"], "the build failed");
  // Of the sources as they were before: a file saved meanwhile is built next time. Next may amend tsconfig.json itself.
  writeFileSync(buildStamp, sources + fingerprintSettings());
}

/** Names, sizes and times of all sources: enough to notice a change, and read in milliseconds. */
function fingerprintSources() {
  const hash = createHash("sha256");
  for (const folder of ["app", "components", "lib", "db", "public"]) {
    for (const line of listFiles(join(root, folder))) hash.update(`${line}\n`);
  }
  for (const name of [
    "next.config.js",
    "package-lock.json",
    "proxy.ts",
    "postcss.config.mjs",
    "instrumentation.ts",
  ]) {
    hash.update(`${describeFile(join(root, name))}\n`);
  }
  return `${hash.digest("hex")}\n`;
}

function fingerprintSettings() {
  const text = ["package.json", "tsconfig.json"].map((name) => read(join(root, name)) ?? "").join("\n");
  return `${createHash("sha256").update(text).digest("hex")}\n`;
}

function listFiles(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? listFiles(path) : [describeFile(path)];
  });
}

function describeFile(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? `${path} -` : `${path} ${found.size} ${found.mtimeMs}`;
}

/** Path of a Node 24 or newer: this one if it is, else the one npm installed. */
export function findNode() {
  if (Number(process.versions.node.split(".")[0]) >= wantedMajor) return process.execPath;
  const platform = process.platform === "win32" ? "win" : process.platform;
  const file = process.platform === "win32" ? "node.exe" : "node";
  const installed = join(root, "node_modules", `node-${platform}-${process.arch}`, "bin", file);
  if (existsSync(installed)) return installed;
  throw new PrepareError(
    `shin needs Node ${wantedMajor} or newer and this is ${process.version}; npm has no Node ${wantedMajor} for ` +
      `${process.platform}-${process.arch}. Install it from https://nodejs.org and start again.`,
  );
}

/**
 * Goes over into another program of ours: same terminal, same signals, its exit code. Where possible this process
 * becomes that program and costs no memory; else it waits beside it.
 */
export function become(node, args, env = process.env) {
  if (typeof process.execve === "function" && process.platform !== "win32") {
    process.removeAllListeners("warning"); // execve is marked experimental, which is not the user's business
    process.execve(node, [node, ...args], env);
  }
  const child = spawn(node, args, { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) {
    // Ctrl-C reaches the child by itself; sent twice it would mean "now, without draining".
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal));
  }
  child.once("error", (error) =>
    fail(new PrepareError(`${node} cannot be run: ${error.message}. Install Node ${wantedMajor} or newer.`)),
  );
  child.once("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** Runs one preparing program with a one-line notice; its output is shown only when it fails. */
function step(what, file, args, failure) {
  const startedMs = Date.now();
  const tty = process.stderr.isTTY;
  process.stderr.write(tty ? `  ${what} ...` : `${what} ...\n`);
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      // Neither reports about us nor a look at the registry for other platforms' compilers.
      NEXT_TELEMETRY_DISABLED: "1",
      NEXT_IGNORE_INCORRECT_LOCKFILE: "1",
      NODE_ENV: what.startsWith("building") ? "production" : process.env.NODE_ENV,
    };
    if (env.NODE_ENV === undefined) delete env.NODE_ENV;
    const child = spawn(file, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output = (output + chunk).slice(-20_000);
      });
    }
    child.once("error", (error) => reject(new PrepareError(`${failure}: ${error.message}`)));
    child.once("close", (code) => {
      const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
      if (code === 0)
        process.stderr.write(tty ? `\r  ${what}: done in ${seconds} s\n` : `${what}: done in ${seconds} s\n`);
      else process.stderr.write(`\n${output}\n`);
      if (code === 0) resolve();
      else
        reject(
          new PrepareError(`${failure} (exit code ${code ?? "none, it was killed"}); its output is above.`),
        );
    });
  });
}

/** npm as it was called, by the Node it was called with: not by the one inside the node_modules it will replace. */
function npmCommand(args) {
  const script = process.env.npm_execpath;
  const node = process.env.npm_node_execpath ?? process.execPath;
  if (script?.endsWith(".js") && existsSync(script)) return [node, [script, ...args]];
  return process.platform === "win32" ? ["cmd.exe", ["/d", "/c", "npm", ...args]] : ["npm", args];
}

/** Ends this process with one clear sentence. */
export function fail(error) {
  process.stderr.write(error instanceof PrepareError ? `shin: ${error.message}\n` : `${error.stack}\n`);
  process.exit(1);
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}
