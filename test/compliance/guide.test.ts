/** Every line of the guide's checklists has a check: a line that nobody looks at would be a promise without evidence. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKS, FRAMEWORKS, isOf, kindOf } from "#lib/compliance/catalogue.ts";
import { GUIDE_LINES, type GuideLineId, listOfLine } from "#lib/compliance/guide.ts";

const text = readFileSync(join(import.meta.dirname, "guide-checklists.md"), "utf8");
const ids = Object.keys(GUIDE_LINES) as GuideLineId[];

/** List -> its lines, as the guide has them. */
function lists(): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  let name = "";
  for (const line of text.split("\n")) {
    name = /^## (\w+)/.exec(line)?.[1] ?? name;
    const item = /^- \[ \] (.*)/.exec(line)?.[1];
    if (item !== undefined) found[name] = [...(found[name] ?? []), item];
  }
  return found;
}

describe("the guide's lines", () => {
  it("are here word for word, all of them and in their order", () => {
    const copied = lists();
    expect(Object.values(copied).flat()).toHaveLength(46);
    for (const [name, lines] of Object.entries(copied)) {
      const ours = ids.filter((id) => listOfLine(id) === name).map((id) => GUIDE_LINES[id]);
      expect(ours).toEqual(lines);
    }
  });

  it.each(ids)("%s has a check", (id) => {
    expect(CHECKS.filter(({ guide }) => guide.includes(id)).map((check) => check.id)).not.toEqual([]);
  });
});

describe("the checks", () => {
  it("have ids of their own, steps to mend, and a place in a framework", () => {
    expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
    for (const check of CHECKS) {
      expect(check.id).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(check.fix.steps.length, check.id).toBeGreaterThan(0);
      expect(
        FRAMEWORKS.some((framework) => isOf(check, framework)),
        check.id,
      ).toBe(true);
      for (const criterion of check.soc2) expect(criterion).toMatch(/^(CC[1-9]|A1|C1|P[1-8]|PI1)\.\d+$/);
      for (const article of check.gdpr) expect(article).toMatch(/^\d{1,2}(\(\d\))?(\([a-h]\))?$/);
    }
  });

  it("ask for a person's word where nothing can be seen, and name it", () => {
    const manual = CHECKS.filter((check) => kindOf(check) === "manual");
    expect(manual.length).toBeGreaterThan(0);
    for (const { ask, id } of manual) expect(ask, id).not.toBeNull();
    for (const { ask, id } of CHECKS)
      if (ask) expect([id, ask.days >= 30 && ask.days <= 365]).toEqual([id, true]);
  });
});
