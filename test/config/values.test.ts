/** Numbers, switches, addresses, origins and prices: read exactly or refused with what to write instead. */
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { canonicalCidr } from "#lib/config/network.ts";
import { pricePerMillion } from "#lib/config/price.ts";
import { fc } from "#test/helpers/fast-check.ts";
import { configOf, faults, warnings } from "./load-text.ts";

const general = (text: string) => `general_settings:\n  ${text}\n`;
const litellm = (text: string) => `litellm_settings:\n  ${text}\n`;
const params = (text: string) =>
  `model_list:\n  - model_name: a\n    litellm_params: { model: ollama/x, ${text} }\n`;
const message = (yaml: string) => faults(yaml).map((line) => line.replace(/^\S+ /, ""));

describe("whole numbers", () => {
  it.each([
    ["rpm: 100", 100],
    ['rpm: "100"', 100],
    ["rpm: 1_000", 1000],
    ["rpm: 1e3", 1000],
    ["rpm: 0", 0],
    ["rpm: null", null],
    ["rpm:", null],
  ])("%s", (text, value) => {
    expect(configOf(litellm(text)).globalLimits.rpm).toBe(value);
  });

  it.each([
    ["rpm: 1k", 'rpm: "1k" is not a whole number — write 1000'],
    ["rpm: 1.5M", 'rpm: "1.5M" is not a whole number — write 1500000'],
    ["rpm: 4.5", "rpm: 4.5 is not a whole number"],
    ["rpm: -1", "rpm: -1 is too small — at least 0"],
    ["rpm: .nan", "rpm: .nan is not a whole number"],
    ["rpm: .inf", "rpm: .inf is not a whole number"],
    ["rpm: 99999999999999999999", "rpm: 99999999999999999999 is too large — at most 9007199254740991"],
    ["rpm: true", "rpm: true is not a whole number"],
    ["rpm: [1]", "rpm: a list is not a whole number"],
    ["max_tokens: 0", "max_tokens: 0 is too small — at least 1"],
  ])("%s", (text, fault) => {
    expect(message(litellm(text))).toEqual([fault]);
  });
});

describe("switches, words and times", () => {
  it.each(["true", "True", "yes", "on", '"true"', "1"])("json_logs: %s", (text) => {
    expect(configOf(general(`json_logs: ${text}`)).jsonLogs).toBe(true);
  });

  it.each([
    [general("json_logs: maybe"), 'json_logs: "maybe" is neither true nor false'],
    [general("log_level: LOUD"), 'log_level: "LOUD" is not one of trace, debug, info, warn, error'],
    [general("budget_exceeded_status: 403"), "budget_exceeded_status: 403 is not one of 400, 402, 422, 429"],
    [general("ledger_acknowledge: never"), 'ledger_acknowledge: "never" is not one of commit, journal'],
    [
      general("environment: prodution"),
      'environment: "prodution" is not one of production, development, staging, test',
    ],
    [
      general("db_outage_grace: P1D"),
      'db_outage_grace: "P1D" is not a time — write seconds, or 30s, 15m, 12h, 30d, 2w or 1mo',
    ],
    [general("max_request_size_mb: 0"), "max_request_size_mb: 0 is too small — at least 0.001"],
    [general("data_retention_days: 0"), "data_retention_days: 0 is too small — at least 1"],
    [general("data_retention_days: 36h"), 'data_retention_days: "36h" is not a number of whole days'],
    [
      litellm("budget_duration: P0D"),
      'budget_duration: "P0D" is not a duration — write 30s, 15m, 12h, 30d, 2w or 1mo',
    ],
    [litellm("timezone: Mars/Base"), 'timezone: "Mars/Base" is not a time zone — write UTC or Europe/Berlin'],
    [litellm("request_timeout: 0"), "request_timeout: 0 is too short — at least 0.001 seconds"],
    [general("litellm_key_header_name: 'x y'"), 'litellm_key_header_name: "x y" is not a header name'],
  ])("%s", (yaml, fault) => {
    expect(message(yaml)).toEqual([fault]);
  });

  it("reads times as seconds or durations, and sizes in megabytes", () => {
    const config = configOf(
      "general_settings: { drain_timeout: 45s, db_outage_grace: 600, max_request_size_mb: 1.5 }\nrouter_settings: { timeout: 0.5, idle_timeout: 2m }",
    );
    expect(config).toMatchObject({
      drainTimeoutMs: 45_000,
      dbOutageGraceMs: 600_000,
      maxRequestBytes: 1_572_864,
      requestTimeoutMs: 500,
      idleTimeoutMs: 120_000,
    });
  });
});

describe("addresses", () => {
  it.each([
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["192.168.1.100", "192.168.1.100/32"],
    ["::1", "::1/128"],
    ["2001:db8::1/32", "2001:db8::/32"],
    ["::ffff:10.0.0.1", "10.0.0.1/32"],
    ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
    ["0.0.0.0/0", "0.0.0.0/0"],
  ])("%s is %s", (given, canonical) => {
    expect(canonicalCidr(given)).toBe(canonical);
  });

  it.each([
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0",
    "10.1",
    "0x7f.0.0.1",
    "300.1.1.1",
    "::1/129",
    "fe80::1%eth0",
    "example.com",
    "10.0.0.0/8/8",
    "10.0.0.0/",
    "*",
  ])("refuses %s", (given) => {
    expect(message(general(`allowed_ips: ["${given}"]`))).toHaveLength(1);
  });

  it("keeps every address in its own block", () => {
    const bytes = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 32 }), (parts, bits) => {
        const address = parts.join(".");
        const [network = "", length] = canonicalCidr(`${address}/${bits}`).split("/");
        expect(ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parse(network), Number(length))).toBe(true);
        expect(canonicalCidr(`${network}/${length}`)).toBe(`${network}/${length}`);
      }),
    );
  });

  it("names the faulty item of a list, and every one of them", () => {
    expect(faults(general("allowed_ips:\n    - 10.0.0.0/8\n    - 10.0.0.0/33\n    - nonsense"))).toEqual([
      'config.yaml:4:7 allowed_ips: "10.0.0.0/33" has a prefix longer than 32 bits',
      'config.yaml:5:7 allowed_ips: "nonsense" is not an IP address or CIDR block — write 10.0.0.0/8',
    ]);
  });

  it("reads a list from one text, as a variable holds it", () => {
    expect(configOf(general('allowed_ips: "10.0.0.1, ::1,"')).allowedIps).toEqual(["10.0.0.1/32", "::1/128"]);
  });

  it("tells an empty list from none at all", () => {
    expect(configOf(general("allowed_ips: []")).allowedIps).toEqual([]);
    expect(warnings(general("allowed_ips: []"))).toEqual([
      "config.yaml:2:16 allowed_ips is []: nobody may call",
    ]);
    expect(configOf(general("allowed_ips:")).allowedIps).toBeNull();
    expect(warnings(general("allowed_ips:\n  #  - 10.0.0.0/8")).join()).toContain(
      "allowed_ips is empty: everybody may call",
    );
  });

  it("believes forwarded addresses only behind trusted proxies", () => {
    expect(configOf(general("trusted_proxies: 10.0.0.1")).useForwardedFor).toBe(true);
    expect(
      configOf(general("{ trusted_proxies: 10.0.0.1, use_x_forwarded_for: false }")).useForwardedFor,
    ).toBe(false);
    expect(warnings(general("use_x_forwarded_for: true")).join()).toContain(
      "has no effect without trusted_proxies",
    );
  });
});

describe("origins", () => {
  it("are exact; a trailing slash and capitals are forgiven", () => {
    expect(
      configOf(general('cors_origin: ["https://A.example/", "http://localhost:3000"]')).cors.origins,
    ).toEqual(["https://a.example", "http://localhost:3000"]);
  });

  it.each([
    "a.example",
    "https://a.example/app",
    "https://*.example",
    "https://u:p@a.example",
    "null",
    "https://",
  ])("refuses %s", (given) => {
    expect(message(general(`cors_origin: "${given}"`))).toHaveLength(1);
  });

  it('never lets "*" go with credentials', () => {
    expect(
      message(general('{ cors_origin: ["https://a.example", "*"], cors_allow_credentials: true }')).join(),
    ).toContain('cannot go with the origin "*"');
    expect(
      configOf(general('{ cors_origin: "https://a.example", cors_allow_credentials: true }')).cors
        .credentials,
    ).toBe(true);
  });
});

describe("prices", () => {
  it.each([
    ["0.0000025", 2_500_000_000n],
    ["2.5e-6", 2_500_000_000n],
    ["1.5e-07", 150_000_000n],
    ["0", 0n],
    ["1", 1_000_000_000_000_000n],
    ["0.1", 100_000_000_000_000n],
    ["0.000000000000001", 1n],
    ["1.4999999999999999e-07", 150_000_000n],
  ])("%s USD a token", (text, price) => {
    expect(pricePerMillion(text)).toBe(price);
    expect(
      configOf(params(`input_cost_per_token: ${text}, output_cost_per_token: 0`)).deployments[0]?.price
        ?.inputNanoUsdPerMillion,
    ).toBe(price);
  });

  it("are exact for any number of nano-dollars a million tokens", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (price) => {
        const digits = price.toString().padStart(16, "0");
        expect(pricePerMillion(`${digits.slice(0, -15)}.${digits.slice(-15)}`)).toBe(price);
        expect(pricePerMillion(`${price}e-15`)).toBe(price);
      }),
    );
  });

  it.each([
    ["input_cost_per_token: -1", "input_cost_per_token: -1 is negative"],
    [
      "input_cost_per_token: .nan",
      "input_cost_per_token: .nan is not an amount in dollars — write 0.5 or 2.5e-6",
    ],
    [
      "input_cost_per_token: .inf",
      "input_cost_per_token: .inf is not an amount in dollars — write 0.5 or 2.5e-6",
    ],
    [
      "input_cost_per_token: 2.5",
      "input_cost_per_token: 2.5 is more than a dollar a token — write the price of one token, such as 0.0000025",
    ],
    ["input_cost_per_token: 1e300", "input_cost_per_token: 1e300 is too large"],
    [
      "input_cost_per_token: cheap",
      'input_cost_per_token: "cheap" is not an amount in dollars — write 0.5 or 2.5e-6',
    ],
    [
      "input_cost_per_token: true",
      "input_cost_per_token: true is not an amount in dollars — write 0.5 or 2.5e-6",
    ],
  ])("refuses %s", (text, fault) => {
    expect(message(params(`output_cost_per_token: 0, ${text}`))).toEqual([fault]);
  });

  it("says so when half a price would make tokens free", () => {
    expect(warnings(params("input_cost_per_token: 1e-6")).join()).toContain(
      "output tokens are counted as free",
    );
    expect(warnings(params("output_cost_per_token: 1e-6")).join()).toContain(
      "input tokens are counted as free",
    );
    expect(warnings(params("input_cost_per_token: 1e-6, output_cost_per_token: 0"))).toEqual([]);
    expect(configOf(params("rpm: 1")).deployments[0]?.price).toBeNull();
  });

  it("are read from model_info too, and must agree", () => {
    const both = (value: string) =>
      `model_list:\n  - model_name: a\n    litellm_params: { model: ollama/x, input_cost_per_token: 1e-6, output_cost_per_token: 0 }\n    model_info: { input_cost_per_token: ${value} }\n`;
    expect(faults(both("0.000001"))).toEqual([]);
    expect(faults(both("2e-6")).join()).toContain(
      "input_cost_per_token says something else than the other input_cost_per_token",
    );
  });

  it("read budgets to the nano-dollar", () => {
    expect(configOf(litellm("max_budget: 0.000000001")).globalBudgetNanoUsd).toBe(1n);
    expect(message(litellm("max_budget: -5"))).toEqual(["max_budget: -5 is negative"]);
  });
});
