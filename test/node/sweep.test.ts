/** A killed test run must not leave servers running on a developer's machine for ever. */
import { execFileSync } from "node:child_process";
import { mkdir, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "#lib/node/process-info.ts";
import { startForTest, temporaryFolder, untilGone } from "#test/helpers/house.ts";
import { makeTemporaryFolder, sweepTemporaryFolders } from "#test/helpers/temporary.ts";

test("folders of dead processes go, those of live ones stay", async () => {
  const alive = await temporaryFolder();
  const dead = Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }));
  await untilGone(dead);
  const abandoned = join(dirname(alive), `shin-test-${dead}-abcdef`);
  await rename(await makeTemporaryFolder(), abandoned);
  await mkdir(join(abandoned, "deep", "er"), { recursive: true });
  const living = await startForTest({ dataDir: alive });
  await sweepTemporaryFolders();
  await expect(stat(abandoned)).rejects.toMatchObject({ code: "ENOENT" });
  expect(await isAlive(living.pid())).toBe(true);
});
