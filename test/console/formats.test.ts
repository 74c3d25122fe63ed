/** How figures read, and how the URL is read: what every page of the console stands on. */
import { describe, expect, it } from "vitest";
import { usualDays } from "#components/budgets/days.ts";
import { ticksFor } from "#components/charts/stacked-bars.tsx";
import { linkTo, readQuery } from "#components/data-table/query.ts";
import { ago, compact, money, percent, span } from "#components/format.ts";
import { reasonOf } from "#components/logs/outcome.tsx";
import { strengthOf } from "#components/setup/password-strength.tsx";

describe("money", () => {
  it.each([
    [0n, "$0.00"],
    [1n, "<$0.000001"],
    [12_345n, "$0.000012"],
    [4_200_000n, "$0.0042"],
    [120_000_000n, "$0.12"],
    [12_400_000_000n, "$12.40"],
    [1_204_000_000_000n, "$1,204.00"],
    [-5_000_000_000n, "-$5.00"],
  ])("%s nano-dollars read %s", (nano, text) => {
    expect(money(nano)).toBe(text);
  });
});

describe("other figures", () => {
  it("are short and keep what matters", () => {
    expect([compact(999), compact(12_400), compact(3_100_000)]).toEqual(["999", "12.4k", "3.1M"]);
    expect([percent(0, 0), percent(1, 5000), percent(1, 40), percent(1, 2), percent(0, 5)]).toEqual([
      "–",
      "<0.1%",
      "2.5%",
      "50%",
      "0%",
    ]);
    expect([
      span(null),
      span(3.84),
      span(420),
      span(1_234),
      span(125_000),
      span(60_000),
      span(28_800_000),
      span(5_430_000),
    ]).toEqual(["–", "3.8 ms", "420 ms", "1.23 s", "2 min 5 s", "1 min", "8 h", "1 h 31 min"]);
    const now = Date.UTC(2026, 10, 23, 12);
    expect([
      ago(new Date(now - 5 * 60_000), now),
      ago(new Date(now + 3 * 86_400_000), now),
      ago(new Date(now), now),
    ]).toEqual(["5 min ago", "in 3 d", "just now"]);
  });

  it("have round steps on the axis, up to the highest bar", () => {
    expect(ticksFor(2.55)).toEqual([0, 1, 2, 3]);
    expect(ticksFor(38)).toEqual([0, 20, 40]);
    expect(ticksFor(0.0009)).toEqual([0, 0.0005, 0.001]);
    expect(ticksFor(0)).toEqual([0, 1]);
    for (const most of [1, 7, 13, 99, 0.3, 12_345])
      expect(ticksFor(most).at(-1)).toBeGreaterThanOrEqual(most);
  });
});

describe("a page's address", () => {
  it("is read with every value checked; what means nothing is named", () => {
    const query = readQuery({
      q: " ana ",
      status: "odd",
      page: "-1",
      size: "25",
      twice: ["a", "b"],
      empty: "",
    });
    expect(query.text("q")).toBe("ana");
    expect(query.word("status", ["active"])).toBeUndefined();
    expect(query.whole("page", 1, 1, 10)).toBe(1);
    expect(query.whole("size", 50, 1, 100)).toBe(25);
    expect(query.text("twice")).toBe("a");
    expect(query.text("empty")).toBeUndefined();
    expect(query.dropped).toEqual(["status", "page"]);
    expect(readQuery({ q: "a\0b" }).text("q")).toBeUndefined();
  });

  it("keeps its filters when it is sorted, and begins anew at the first page", () => {
    expect(linkTo("/ui/keys", { q: "a b", page: "3" }, { sort: "name" })).toBe("/ui/keys?q=a+b&sort=name");
    expect(linkTo("/ui/logs", { page: "3", range: "7d" }, { id: "req_1" })).toBe(
      "/ui/logs?page=3&range=7d&id=req_1",
    );
    expect(linkTo("/ui/logs", { id: "req_1" }, { id: null })).toBe("/ui/logs");
  });
});

describe("a refusal in words", () => {
  it.each([
    ["key_rpm", null, "the key's limit of requests a minute"],
    ["team_budget", null, "the team's budget is used up"],
    ["key_model_tpm", null, "the key's limit of tokens a minute for this model"],
    ["end_user_parallel", null, "the end user's limit of requests at a time"],
    [null, "model_not_allowed", "the key may not use this model"],
    [null, null, null],
  ])("%s and %s", (rule, code, text) => {
    expect(reasonOf({ rule, code })).toBe(text);
  });
});

describe("a password's strength", () => {
  it("grows with length and variety", () => {
    expect(strengthOf("short")).toBe(0);
    expect(strengthOf("aaaaaaaaaaaa")).toBe(1);
    expect(strengthOf("four unrelated wooden words")).toBe(4);
  });
});

describe("usual days of a raise", () => {
  it.each([
    [new Date(2026, 10, 23), ["Today 2026-11-23", "Friday 2026-11-27", "End of the month 2026-11-30"]],
    [new Date(2026, 10, 27), ["Today 2026-11-27", "End of the month 2026-11-30"]],
    [new Date(2026, 10, 28), ["Today 2026-11-28", "End of the month 2026-11-30", "Friday 2026-12-04"]],
  ])("from %s on, none of them twice", (today, days) => {
    expect(usualDays(today).map(({ date, label }) => `${label} ${date}`)).toEqual(days);
  });
});
