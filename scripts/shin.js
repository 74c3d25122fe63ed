#!/usr/bin/env node
/** The `shin` command: makes sure of a Node 24 and hands over to the command line in lib/cli. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { become, fail, findNode, install, root } from "./prepare.js";

const args = process.argv.slice(2);

try {
  await install();
  const node = findNode();
  if (node === process.execPath) process.exitCode = await runHere(node);
  else become(node, [join(root, "scripts", "shin.js"), ...args]);
} catch (error) {
  fail(error);
}

async function runHere(node) {
  const { main } = await import("../lib/cli/main.ts");
  return main(args, {
    version: JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version,
    env: process.env,
    now: () => new Date(),
    color: process.stdout.isTTY === true && !process.env.NO_COLOR,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    start: (startArgs) => {
      become(node, [join(root, "scripts", "start.js"), ...startArgs]);
      return new Promise(() => {}); // where the process could not be replaced, it ends with the gateway
    },
    run: (file, programArgs) =>
      new Promise((resolve, reject) => {
        const child = spawn(file, programArgs, { stdio: "inherit" });
        process.on("SIGINT", () => {}); // Ctrl-C is for the program in the terminal
        child.once("error", reject);
        child.once("exit", (code) => resolve(code ?? 1));
      }),
  });
}
