/** What seals provider credentials: it opens under its key and in its place, and nowhere else. */
import { expect, test } from "vitest";
import { open, seal } from "#lib/secret-box.ts";

const KEY = "0a".repeat(32);
const sealed = seal(KEY, "rows:1", "sk-secret-text ☂");

test("it opens under its own key in its own place", () => {
  expect(open(KEY, "rows:1", sealed)).toEqual({ kind: "open", text: "sk-secret-text ☂" });
  expect(open(KEY.toUpperCase(), "rows:1", sealed).kind).toBe("open");
  expect(open(KEY, "rows:1", seal(KEY, "rows:1", ""))).toEqual({ kind: "open", text: "" });
});

test("it says nothing of the secret, and never the same twice", () => {
  expect(sealed).toMatch(/^v1\.gcm\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);
  const many = new Set(Array.from({ length: 200 }, () => seal(KEY, "rows:1", "same").split(".")[3]));
  expect(many.size).toBe(200);
});

test("another key and another place do not open it", () => {
  expect(open("0b".repeat(32), "rows:1", sealed)).toEqual({ kind: "otherKey" });
  expect(open(KEY, "rows:2", sealed)).toEqual({ kind: "damaged" });
});

test("a change of any character is noticed", () => {
  for (let at = 0; at < sealed.length; at++) {
    const changed = `${sealed.slice(0, at)}${sealed[at] === "A" ? "B" : "A"}${sealed.slice(at + 1)}`;
    const opened = open(KEY, "rows:1", changed);
    // The last character of base64url may have bits that stand for nothing.
    if (at === sealed.length - 1 && opened.kind === "open") continue;
    expect(opened.kind, changed).not.toBe("open");
  }
  for (const cut of [
    "",
    "v1.gcm",
    sealed.slice(0, -5),
    `${sealed}.x`,
    sealed.replace("v1", "v2"),
    "x".repeat(100),
  ])
    expect(open(KEY, "rows:1", cut).kind).not.toBe("open");
});

test.each(["", "short", "zz".repeat(32), "0a".repeat(31)])(
  "%j is no key, and is not repeated in the error",
  (key) => {
    expect(() => seal(key, "rows:1", "x")).toThrow(/32 bytes/);
    expect(() => open(key, "rows:1", sealed)).toThrow(RangeError);
  },
);
