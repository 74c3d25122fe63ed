/** docs/abuse-cases.md: every case is there once, and names a test that exists. If it fails, a promise there is held by nothing. */
import { expect, test } from "vitest";
import { readText } from "./sources.ts";

const CASES = 92;
const rows = readText("docs/abuse-cases.md")
  .split("\n")
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => line.split(" | "));

test("each case stands there once, in order, with what is expected and what was seen", () => {
  const numbers = rows.map(([first]) => Number(first?.replace("|", "")));
  expect(numbers).toEqual(Array.from({ length: CASES }, (_, at) => at + 1));
  for (const row of rows)
    expect([row[0], row.length, row.every((cell) => cell.trim() !== "")]).toEqual([row[0], 5, true]);
});

test.each(rows.map((row) => [row[0]?.replace("| ", "") ?? "", row[4] ?? ""]))(
  "case %s has its test",
  (_, cell) => {
    const [, file = "", title = ""] = /^`(test\/[\w./-]+\.test\.ts)`: (.+) \|$/.exec(cell) ?? [];
    expect(file).not.toBe("");
    expect(readText(file)).toContain(title);
  },
);
