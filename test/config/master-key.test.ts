/** Master keys that anybody could guess or read in a guide are weak; what `openssl rand -hex 32` prints is strong. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { masterKeyWeakness } from "#lib/config/master-key.ts";
import { fc } from "#test/helpers/fast-check.ts";

const hexOf = (seed: string, length: number) =>
  createHash("sha256").update(seed).digest("hex").slice(0, length);

describe("weak", () => {
  it.each([
    "sk-1234",
    "sk-your-secure-key-here",
    "sk-a1b2c3d4e5f67890abcdef1234567890a1b2c3d4e5f67890abcdef12345678",
    "a1b2c3d4e5f67890abcdef1234567890a1b2c3d4e5f67890abcdef12345678",
    "SK-A1B2C3D4E5F67890ABCDEF1234567890A1B2C3D4E5F67890ABCDEF12345678",
    "password123",
    "sk-hardcoded-key-123",
    "Password123!Password123!",
    "sk-litellm-master-key",
    "changeme-changeme-changeme-1A",
    "YOUR_MASTER_KEY",
  ])("an example: %s", (key) => {
    expect(masterKeyWeakness(key)).toContain("example");
  });

  it.each([
    ["Sh0rt-But-Mixed-Key", "has 19 characters, at least 20 are needed"],
    ["correcthorsebatterystaple", "is too plain"],
    ["30948203948203948172", "is too plain"],
    ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "repeats"],
    ["Ab1-Ab1-Ab1-Ab1-Ab1-Ab1-", "repeats"],
    ["Qwer5678-Qwer5678-Qwer5678-", "repeats"],
    ["0123456789abcdefghijklmnopqrstuvwxyzAB", "repeats"],
    ["00000000000000000000000000000000000000ab", "repeats"],
    ["Strong Key With Blanks 1!", "has blanks"],
    ["Schlüssel-Größe-Straße-1234", "HTTP header"],
  ])("%s %s", (key, reason) => {
    expect(masterKeyWeakness(key)).toContain(reason);
  });
});

describe("strong", () => {
  it.each(["sk-Env_7hM2vQ9xRkP4wZ8tLs3N", "Tr0ub4dor&3-Zebra-Lamp", `sk-${hexOf("a", 32)}`, hexOf("b", 64)])(
    "%s",
    (key) => {
      expect(masterKeyWeakness(key)).toBeNull();
    },
  );

  it("holds for whatever openssl rand -hex 32 prints", () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (seed, prefixed) => {
        expect(masterKeyWeakness(`${prefixed ? "sk-" : ""}${hexOf(seed, 64)}`)).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it("never repeats the key in the answer", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 60 }), (key) => {
        expect(masterKeyWeakness(`#${key}#`) ?? "").not.toContain(`#${key}#`);
      }),
    );
  });
});
