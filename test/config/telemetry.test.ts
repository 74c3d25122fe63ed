/** OpenTelemetry's settings: off unless somebody says where to send, standard names, no secret in any message. */
import { describe, expect, it } from "vitest";
import { configOf, faults } from "./load-text.ts";

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: "https://otel.example:4318/base/" };
const of = (env: Record<string, string>, yaml: string | null = null) => configOf(yaml, { env }).telemetry;

describe("telemetry", () => {
  it("is off without an address, whatever else is set", () => {
    expect(of({})).toBeNull();
    expect(
      of({ OTEL_SERVICE_NAME: "a", OTEL_EXPORTER_OTLP_HEADERS: "a=b", OTEL_TRACES_SAMPLER: "always_on" }),
    ).toBeNull();
    expect(of({}, "litellm_settings: { callbacks: [prometheus] }")).toBeNull();
  });

  it("goes below the one address, or to an address for each signal", () => {
    expect(of(ENDPOINT)).toEqual({
      tracesUrl: "https://otel.example:4318/base/v1/traces",
      logsUrl: "https://otel.example:4318/base/v1/logs",
      tracesHeaders: {},
      logsHeaders: {},
      serviceName: "shin-gateway",
      resourceAttributes: {},
      sampler: "parentbased_always_on",
      sampleRatio: 1,
      messageContent: false,
      propagateToProviders: true,
    });
    expect(of({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://a:1/x" })).toMatchObject({
      tracesUrl: "http://a:1/x",
      logsUrl: null,
    });
    expect(of({ ...ENDPOINT, OTEL_LOGS_EXPORTER: "none" })?.logsUrl).toBeNull();
    expect(of({ ...ENDPOINT, OTEL_LOGS_EXPORTER: "none", OTEL_TRACES_EXPORTER: "none" })).toBeNull();
    expect(of({ OTEL_ENDPOINT: "http://a:4318/v1/traces" })?.logsUrl).toBe("http://a:4318/v1/logs");
  });

  it("is switched on by LiteLLM's callbacks, at the standard address of this machine", () => {
    const yaml = "litellm_settings: { callbacks: [otel] }";
    expect(of({}, yaml)?.tracesUrl).toBe("http://localhost:4318/v1/traces");
    expect(of(ENDPOINT, yaml)?.tracesUrl).toBe("https://otel.example:4318/base/v1/traces");
    expect(of({ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://a:1/x" }, yaml)?.tracesUrl).toBeNull();
  });

  it("is off when the SDK is disabled, however it was switched on", () => {
    const off = { ...ENDPOINT, OTEL_SDK_DISABLED: "true" };
    expect(of(off, "litellm_settings: { callbacks: otel }")).toBeNull();
  });

  it("reads headers, a name, attributes and a sampler", () => {
    const settings = of({
      ...ENDPOINT,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20YTpi, x-scope=1",
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: "x-scope=2",
      OTEL_RESOURCE_ATTRIBUTES: "service.name=from-attributes,team=a%3Db",
      OTEL_TRACES_SAMPLER: "traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.25",
    });
    expect(settings).toMatchObject({
      tracesHeaders: { authorization: "Basic YTpi", "x-scope": "1" },
      logsHeaders: { authorization: "Basic YTpi", "x-scope": "2" },
      serviceName: "from-attributes",
      resourceAttributes: { team: "a=b" },
      sampler: "traceidratio",
      sampleRatio: 0.25,
    });
  });

  it("tells message content only where it is asked for and nothing forbids it", () => {
    const content = (env: Record<string, string>, yaml: string | null = null) =>
      of({ ...ENDPOINT, ...env }, yaml)?.messageContent;
    const asked = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "SPAN_ONLY" };
    expect(content({}, "general_settings: { telemetry_message_content: true }")).toBe(true);
    expect(content(asked)).toBe(true);
    expect(
      content(
        { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "false" },
        "general_settings: { telemetry_message_content: true }",
      ),
    ).toBe(false);
    expect(content(asked, "litellm_settings: { turn_off_message_logging: true }")).toBe(false);
    expect(content(asked, "general_settings: { anonymize_logs: true }")).toBe(false);
    expect(
      faults(
        "general_settings: { anonymize_logs: true }",
        { env: { ...ENDPOINT, ...asked } },
        "warning",
      ).join(),
    ).toContain("anonymize_logs is on, so no prompt and no answer stands in spans");
  });

  it("takes LiteLLM's name for what providers are told", () => {
    const yaml = "litellm_settings: { forward_traceparent_to_llm_provider: false }";
    expect(of(ENDPOINT, yaml)?.propagateToProviders).toBe(false);
  });

  it.each([
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector-S3cret:4318", "is not an http:// or https:// address"],
    ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://me:S3cret@a", "without user and password"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "authorization: S3cret", "is not written name=value"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "a=S3cret%0d%0ax", "is not written name=value"],
    ["OTEL_TRACES_SAMPLER", "S3cret", "is not one of always_on, always_off"],
    ["OTEL_TRACES_SAMPLER_ARG", "1.5", "is not a number from 0 to 1"],
    ["OTEL_TRACES_EXPORTER", "console", "is not one of otlp, none"],
  ])("says what is wrong with %s = %j", (name, value, message) => {
    const found = faults(null, { env: { ...ENDPOINT, [name]: value } }).join();
    expect(found).toContain(`${name} ${message.startsWith("without") ? "" : message}`);
    expect(found).toContain(message);
    expect(found).not.toContain("S3cret");
  });

  it("warns of a protocol that is not spoken, and of callbacks that do nothing", () => {
    expect(
      faults(null, { env: { ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" } }, "warning").join(),
    ).toContain("name the receiver's HTTP port");
    expect(
      faults("litellm_settings: { callbacks: [otel, lago, prometheus] }", {}, "warning").join(),
    ).toContain("without effect: litellm_settings.callbacks: lago");
  });

  it("with two addresses that differ asks for one", () => {
    expect(faults(null, { env: { ...ENDPOINT, OTEL_ENDPOINT: "http://b" } }).join()).toContain(
      "keep one of the two",
    );
  });
});
