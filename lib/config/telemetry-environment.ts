/** OpenTelemetry's own variables: where traces and logs go, with which headers, and what of them is kept. */
import type { Reporter } from "./problems.ts";

export const TELEMETRY_VARIABLES = [
  {
    name: "OTEL_EXPORTER_OTLP_ENDPOINT",
    default: "none: no traces and no logs are sent",
    doc: "An OTLP receiver over HTTP, such as http://localhost:4318; /v1/traces and /v1/logs are added. OTEL_ENDPOINT is the same.",
  },
  { name: "OTEL_ENDPOINT", default: "as above", doc: "LiteLLM's name of OTEL_EXPORTER_OTLP_ENDPOINT." },
  {
    name: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    default: "OTEL_EXPORTER_OTLP_ENDPOINT and /v1/traces",
    doc: "Where traces go, taken as it stands.",
  },
  {
    name: "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    default: "OTEL_EXPORTER_OTLP_ENDPOINT and /v1/logs",
    doc: "Where logs go, taken as it stands.",
  },
  {
    name: "OTEL_EXPORTER_OTLP_HEADERS",
    default: "none",
    doc: "Headers for the receiver, name=value,name=value with values percent-encoded. They are secrets. OTEL_HEADERS is the same.",
  },
  { name: "OTEL_HEADERS", default: "as above", doc: "LiteLLM's name of OTEL_EXPORTER_OTLP_HEADERS." },
  {
    name: "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    default: "none",
    doc: "Further headers for traces alone; they win over the common ones.",
  },
  {
    name: "OTEL_EXPORTER_OTLP_LOGS_HEADERS",
    default: "none",
    doc: "Further headers for logs alone; they win over the common ones.",
  },
  {
    name: "OTEL_EXPORTER_OTLP_PROTOCOL",
    default: "http/json",
    doc: "Only OTLP over HTTP with JSON is sent; grpc draws a warning.",
  },
  { name: "OTEL_TRACES_EXPORTER", default: "otlp", doc: "otlp, or none: no traces." },
  { name: "OTEL_LOGS_EXPORTER", default: "otlp", doc: "otlp, or none: no logs." },
  { name: "OTEL_SERVICE_NAME", default: "shin-gateway", doc: "service.name of all that is sent." },
  {
    name: "OTEL_RESOURCE_ATTRIBUTES",
    default: "none",
    doc: "Further attributes of all that is sent, key=value,key=value.",
  },
  {
    name: "OTEL_TRACES_SAMPLER",
    default: "parentbased_always_on",
    doc: "always_on, always_off, traceidratio, or these with parentbased_ in front: then a client's own decision holds.",
  },
  { name: "OTEL_TRACES_SAMPLER_ARG", default: "1", doc: "The share that a ratio sampler keeps, 0 to 1." },
  {
    name: "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
    default: "telemetry_message_content",
    doc: "true: prompts and answers stand in spans; wins over telemetry_message_content.",
  },
  { name: "OTEL_SDK_DISABLED", default: "false", doc: "true: nothing is sent, whatever else is set." },
] as const;

export const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

export interface TelemetryEnvironment {
  readonly disabled: boolean;
  /** Without the paths of signals. */
  readonly endpoint: string | null;
  readonly tracesEndpoint: string | null;
  readonly logsEndpoint: string | null;
  readonly sendsTraces: boolean;
  readonly sendsLogs: boolean;
  readonly tracesHeaders: Readonly<Record<string, string>>;
  readonly logsHeaders: Readonly<Record<string, string>>;
  readonly serviceName: string | null;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly sampler: (typeof SAMPLERS)[number];
  /** 0 to 1. */
  readonly sampleRatio: number;
  /** Null: not said here. */
  readonly messageContent: boolean | null;
}

type Name = (typeof TELEMETRY_VARIABLES)[number]["name"];

/** Faults never repeat a value: headers and addresses may hold secrets. */
export function readTelemetryEnvironment(
  variable: (name: string) => string | null,
  report: Reporter,
): TelemetryEnvironment {
  const read = (name: Name) => variable(name);
  const either = (name: Name, other: Name): string | null => {
    const [first, second] = [read(name), read(other)];
    if (first !== null && second !== null && first !== second)
      report.error(null, `${name} and ${other} are both set and differ — keep one of the two`);
    return first ?? second;
  };
  const wordOf = <T extends string>(name: Name, words: readonly T[], otherwise: T): T => {
    const given = read(name)?.toLowerCase() ?? otherwise;
    const word = words.find((one) => one === given);
    if (word === undefined) report.error(null, `${name} is not one of ${words.join(", ")}`);
    return word ?? otherwise;
  };
  const address = (name: Name, text: string | null): string | null => {
    if (text !== null && !isAddress(text))
      report.error(
        null,
        `${name} is not an http:// or https:// address without user and password — secrets belong in OTEL_EXPORTER_OTLP_HEADERS`,
      );
    return text;
  };
  const pairs = (name: Name, text: string | null): Readonly<Record<string, string>> => {
    const found = readPairs(text ?? "");
    if (found === null) report.error(null, `${name} is not written name=value,name=value`);
    return found ?? {};
  };
  if (read("OTEL_EXPORTER_OTLP_PROTOCOL")?.toLowerCase() === "grpc")
    report.warning(
      null,
      "OTEL_EXPORTER_OTLP_PROTOCOL: grpc is not spoken here — name the receiver's HTTP port, usually 4318",
    );
  const common = pairs("OTEL_EXPORTER_OTLP_HEADERS", either("OTEL_EXPORTER_OTLP_HEADERS", "OTEL_HEADERS"));
  const headersOf = (name: Name) => ({ ...common, ...pairs(name, read(name)) });
  const ratio = Number(read("OTEL_TRACES_SAMPLER_ARG") ?? 1);
  if (!(ratio >= 0 && ratio <= 1)) report.error(null, "OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1");
  return {
    disabled: wordOf("OTEL_SDK_DISABLED", ["true", "false"], "false") === "true",
    endpoint: address("OTEL_EXPORTER_OTLP_ENDPOINT", either("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_ENDPOINT")),
    tracesEndpoint: address("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", read("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")),
    logsEndpoint: address("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", read("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT")),
    sendsTraces: wordOf("OTEL_TRACES_EXPORTER", ["otlp", "none"], "otlp") === "otlp",
    sendsLogs: wordOf("OTEL_LOGS_EXPORTER", ["otlp", "none"], "otlp") === "otlp",
    tracesHeaders: headersOf("OTEL_EXPORTER_OTLP_TRACES_HEADERS"),
    logsHeaders: headersOf("OTEL_EXPORTER_OTLP_LOGS_HEADERS"),
    serviceName: read("OTEL_SERVICE_NAME"),
    resourceAttributes: pairs("OTEL_RESOURCE_ATTRIBUTES", read("OTEL_RESOURCE_ATTRIBUTES")),
    sampler: wordOf("OTEL_TRACES_SAMPLER", SAMPLERS, "parentbased_always_on"),
    sampleRatio: ratio,
    messageContent: contentSwitch(wordOf),
  };
}

const CONTENT: Name = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

/** The conventions' words, old and new; none of them sends content anywhere but in spans. */
function contentSwitch(
  wordOf: (name: Name, words: readonly string[], otherwise: string) => string,
): boolean | null {
  const word = wordOf(CONTENT, ["", "true", "span_only", "span_and_event", "false", "no_content"], "");
  return word === "" ? null : word !== "false" && word !== "no_content";
}

function isAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
}

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const CONTROL = /\p{Cc}/u;

/** `a=b,c=d` with percent-encoded values, as W3C Baggage has it; null when it is something else. */
function readPairs(text: string): Record<string, string> | null {
  const pairs: Record<string, string> = {};
  for (const part of text.split(",")) {
    if (part.trim() === "") continue;
    const at = part.indexOf("=");
    const name = part.slice(0, Math.max(0, at)).trim();
    let value = part.slice(at + 1).trim();
    try {
      value = decodeURIComponent(value);
    } catch (error) {
      // A lone percent sign: the value is taken as it stands.
      if (!(error instanceof URIError)) throw error;
    }
    if (!TOKEN.test(name) || CONTROL.test(value)) return null;
    pairs[name] = value;
  }
  return pairs;
}
