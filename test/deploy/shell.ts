/** Scripts of deploy/, run with stand-ins for the programs that they call. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DEPLOY = join(import.meta.dirname, "../../deploy");

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface ShellStage {
  /** Puts a program in the way of the real one; its calls are noted before `body` runs. */
  standIn(name: string, body?: string): void;
  run(script: string, args: readonly string[], env?: Readonly<Record<string, string>>): Ran;
  /** Calls of the stand-ins since the last look, one a line. */
  calls(): readonly string[];
}

/** @param folder of the test's own */
export function shellStage(folder: string): ShellStage {
  const programs = join(folder, "bin");
  const notes = join(folder, "calls");
  mkdirSync(programs);
  writeFileSync(notes, "");
  return {
    standIn: (name, body = "") =>
      writeFileSync(join(programs, name), `#!/bin/sh\necho "${name} $*" >>"${notes}"\n${body}\n`, {
        mode: 0o755,
      }),
    run: (script, args, env = {}) => {
      const { status, stderr, stdout } = spawnSync("sh", [join(DEPLOY, script), ...args], {
        cwd: folder,
        encoding: "utf8",
        env: { NODE_ENV: "test", PATH: `${programs}:/usr/bin:/bin`, ...env },
      });
      return { code: status, out: stdout, err: stderr };
    },
    calls: () => {
      const lines = readFileSync(notes, "utf8").split("\n").filter(Boolean);
      writeFileSync(notes, "");
      return lines;
    },
  };
}
