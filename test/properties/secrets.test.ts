/** Secrets, masks, wildcards and rows: what a typo, a pattern or a strange name may and may not do. */
import { describe, expect, test } from "vitest";
import { hashSecret, isMistyped, mask, newSecret, sameHash, toHash } from "#lib/keys/secret.ts";
import { defaultRow, toRow } from "#lib/ledger/record.ts";
import { matchesWildcard } from "#lib/wildcard.ts";
import { fc } from "#test/helpers/fast-check.ts";
import { record } from "../ledger/setting.ts";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const secrets = fc.uint8Array({ minLength: 64, maxLength: 64 }).map((seed) => {
  let round = 0;
  // A stream of bytes from the seed: the same seed, the same secret.
  return newSecret((size) =>
    Uint8Array.from({ length: size }, (_, i) => (seed[i % 64] ?? 0) + 7 * i + 13 * round++),
  );
});

describe("a secret", () => {
  test("has its shape, its hash, and a checksum that every wrong character breaks", () => {
    fc.assert(
      fc.property(
        secrets,
        fc.nat(47),
        fc.constantFrom(...BASE62),
        ({ secret, hash, start, last4 }, at, char) => {
          expect(secret).toMatch(/^sk-[0-9A-Za-z]{48}$/);
          expect(hash).toBe(hashSecret(secret));
          expect(toHash(secret)).toBe(hash);
          expect(isMistyped(secret)).toBe(false);
          const typo = secret.slice(0, 3 + at) + char + secret.slice(4 + at);
          expect(isMistyped(typo)).toBe(typo !== secret);
          expect(secret.startsWith(start) && start.length === 7).toBe(true);
          expect(mask(last4)).toBe(`sk-...${secret.slice(-4)}`);
        },
      ),
    );
  });

  test("two neighbours that changed places are a typo as well", () => {
    fc.assert(
      fc.property(secrets, fc.nat(46), ({ secret }, at) => {
        const [a, b] = [secret[3 + at], secret[4 + at]];
        const swapped = `${secret.slice(0, 3 + at)}${b}${a}${secret.slice(5 + at)}`;
        expect(isMistyped(swapped)).toBe(a !== b);
      }),
    );
  });

  test("is never the same twice, and uses every character alike", () => {
    const made = Array.from({ length: 2_000 }, () => newSecret().secret);
    expect(new Set(made).size).toBe(2_000);
    const counts = new Map<string, number>();
    for (const char of made.map((secret) => secret.slice(3, 45)).join(""))
      counts.set(char, (counts.get(char) ?? 0) + 1);
    expect(counts.size).toBe(62);
    // 84,000 characters, 1,355 of each: eight standard deviations either way are 295.
    for (const count of counts.values()) expect(Math.abs(count - 84_000 / 62)).toBeLessThan(295);
  });

  test("of another form is nobody's typo", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60 }).filter((text) => !/^sk-[0-9A-Za-z]{48}$/.test(text)),
        (text) => {
          expect(isMistyped(text)).toBe(false);
        },
      ),
    );
  });
});

test("hashes are the same exactly when they are equal", () => {
  const hashes = fc.string().map(hashSecret);
  fc.assert(
    fc.property(hashes, hashes, (a, b) => {
      expect(sameHash(a, b)).toBe(a === b);
      expect(sameHash(a, `${a}`)).toBe(true);
    }),
  );
});

test("a wildcard matches as the regular expression it stands for", () => {
  const alphabet = fc.constantFrom("a", "b", "/", ".", "-", "*");
  const patterns = fc.array(alphabet, { maxLength: 8 }).map((list) => list.join(""));
  const texts = fc
    .array(fc.constantFrom("a", "b", "/", ".", "-"), { maxLength: 10 })
    .map((list) => list.join(""));
  fc.assert(
    fc.property(
      patterns.filter((pattern) => pattern.includes("*")),
      texts,
      (pattern, text) => {
        const meant = new RegExp(
          `^${pattern
            .split("*")
            .map((part) => part.replace(/[./-]/g, "\\$&"))
            .join(".*")}$`,
          "s",
        );
        expect(matchesWildcard(pattern, text)).toBe(meant.test(text));
      },
    ),
    { numRuns: 5_000 },
  );
});

test("a pattern of many stars is decided at once", () => {
  // Time on the processor: on a busy machine the clock tells of others.
  const before = process.cpuUsage();
  expect(matchesWildcard(`${"*a".repeat(50)}*b`, "a".repeat(5_000))).toBe(false);
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(500);
});

test("a record is one line of JSON that Postgres can hold, whatever clients and operators call things", () => {
  const text = fc.string({ unit: "binary", maxLength: 20 });
  const fields = fc.record({
    userId: text,
    teamId: text,
    endUser: text,
    model: text,
    modelGroup: text,
    deploymentId: text,
    upstreamModel: text,
    responseId: text,
    tags: fc.array(text, { minLength: 1, maxLength: 3 }),
  });
  const instance = { id: "ins_1", boot: 1 };
  const held = (value: string) => value.toWellFormed().replaceAll("\u0000", "");
  fc.assert(
    fc.property(fields, (given) => {
      const line = toRow(record(given), "settled");
      for (const never of ["\n", "\u0000", "\\u0000"]) expect(line).not.toContain(never);
      expect({ ...JSON.parse(defaultRow(instance)), ...JSON.parse(line) }).toMatchObject({
        user_id: held(given.userId),
        team_id: held(given.teamId),
        end_user: held(given.endUser),
        model: held(given.model),
        model_group: held(given.modelGroup),
        deployment_id: held(given.deploymentId),
        upstream_model: held(given.upstreamModel),
        response_id: held(given.responseId),
        tags: given.tags.map(held),
      });
    }),
    { numRuns: 500 },
  );
});
