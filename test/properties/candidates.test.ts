/** Which deployment is tried first, second, ...: everyone once, levels in order, shares by weight. */
import { expect, test } from "vitest";
import type { Deployment } from "#lib/config/config.ts";
import { orderCandidates } from "#lib/routing/candidates.ts";
import { fc } from "#test/helpers/fast-check.ts";
import { configOf } from "#test/helpers/gateway.ts";

const [base] = configOf("").deployments;
if (!base) throw new Error("the demo has no deployment");
const deployment = (id: number, fields: Partial<Deployment>): Deployment => ({
  ...base,
  id: `d${id}`,
  ...fields,
});

const groups = fc
  .array(fc.record({ weight: fc.option(fc.nat(10)), order: fc.option(fc.integer({ min: 0, max: 3 })) }), {
    maxLength: 8,
  })
  .map((list) => list.map((fields, id) => deployment(id, fields)));
const randoms = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));

test("everyone is tried once, lower orders first", () => {
  fc.assert(
    fc.property(groups, randoms, (group, stream) => {
      const ordered = orderCandidates(group, () => stream.next().value);
      expect([...ordered].sort(byId)).toEqual([...group].sort(byId));
      const levels = ordered.map((one) => one.order ?? 1);
      expect(levels).toEqual([...levels].sort((a, b) => a - b));
    }),
  );
});

test("the first one's share is its weight's share, and a weight of 0 comes first only among its like", () => {
  const weights = fc
    .array(fc.nat(10), { minLength: 2, maxLength: 6 })
    .filter((list) => list.some((weight) => weight > 0));
  fc.assert(
    fc.property(weights, (list) => {
      const group = list.map((weight, id) => deployment(id, { weight }));
      const total = list.reduce((sum, weight) => sum + weight, 0);
      const first = new Map<string, number>();
      const DRAWS = total * 50;
      for (let draw = 0; draw < DRAWS; draw++) {
        // Every point of the line once, so that shares are exact and not a matter of luck.
        const id = orderCandidates(group, () => (draw + 0.5) / DRAWS)[0]?.id ?? "";
        first.set(id, (first.get(id) ?? 0) + 1);
      }
      for (const [id, weight] of list.entries()) expect(first.get(`d${id}`) ?? 0).toBe(weight * 50);
    }),
    { numRuns: 50 },
  );
});

test("without weights requests per minute decide, then tokens per minute, then chance alone", () => {
  const limits = (rpm: number | null, tpm: number | null) => ({ ...base.limits, rpm, tpm });
  const firsts = (group: readonly Deployment[]) =>
    Array.from({ length: 100 }, (_, draw) => orderCandidates(group, () => (draw + 0.5) / 100)[0]?.id).filter(
      (id) => id === "d0",
    ).length;
  const plain = { weight: null, order: null };
  expect(
    firsts([
      deployment(0, { ...plain, limits: limits(30, 1) }),
      deployment(1, { ...plain, limits: limits(10, 99) }),
    ]),
  ).toBe(75);
  expect(
    firsts([
      deployment(0, { ...plain, limits: limits(null, 90) }),
      deployment(1, { ...plain, limits: limits(null, 10) }),
    ]),
  ).toBe(90);
  expect(
    firsts([
      deployment(0, { ...plain, limits: limits(null, null) }),
      deployment(1, { ...plain, limits: limits(null, null) }),
    ]),
  ).toBe(50);
});

function byId(a: Deployment, b: Deployment): number {
  return a.id < b.id ? -1 : 1;
}
