/** OpenTelemetry in config.yaml, and what follows from it and the environment together. */
import { toggle } from "./parsers.ts";
import type { Place, Reporter } from "./problems.ts";
import { settingsOf } from "./setting.ts";
import type { Settings } from "./settings.ts";
import type { TelemetryEnvironment } from "./telemetry-environment.ts";

const setting = settingsOf<Settings>();

/** Where traces and logs go; the running gateway has one when they are switched on. */
export interface TelemetrySettings {
  /** Null: no traces. */
  readonly tracesUrl: string | null;
  /** Null: no logs. */
  readonly logsUrl: string | null;
  /** Secrets. */
  readonly tracesHeaders: Readonly<Record<string, string>>;
  readonly logsHeaders: Readonly<Record<string, string>>;
  readonly serviceName: string;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly sampler: TelemetryEnvironment["sampler"];
  readonly sampleRatio: number;
  /** Prompts and answers stand in spans. */
  readonly messageContent: boolean;
  /** Calls to providers carry `traceparent`. */
  readonly propagateToProviders: boolean;
}

export const TELEMETRY_SETTINGS = [
  setting("telemetryMessageContent", toggle(), {
    at: ["general_settings.telemetry_message_content"],
    default: "false",
    doc: "Prompts and answers stand in spans. Never while anonymize_logs or turn_off_message_logging is on.",
  }),
  setting("turnOffMessageLogging", toggle(), {
    at: ["litellm_settings.turn_off_message_logging"],
    default: "false",
    doc: "No prompt and no answer stands in any span, whatever else asks for it.",
  }),
  setting("telemetryPropagateToProviders", toggle(), {
    at: [
      "general_settings.telemetry_propagate_to_providers",
      "litellm_settings.forward_traceparent_to_llm_provider",
    ],
    default: "true",
    doc: "While traces are on, calls to providers carry the gateway's own traceparent (two random numbers); tracestate and baggage never leave.",
  }),
];

const LOCAL_RECEIVER = "http://localhost:4318";

export interface TelemetryParts {
  readonly settings: Settings;
  readonly places: ReadonlyMap<string, Place>;
  readonly environment: { readonly telemetry: TelemetryEnvironment };
  readonly report: Reporter;
}

/** Null: nothing is sent. */
export function decideTelemetry({
  environment: { telemetry: env },
  places,
  report,
  settings,
}: TelemetryParts): TelemetrySettings | null {
  const asked = settings.callbacks.includes("otel");
  const base = env.endpoint ?? (asked && !env.tracesEndpoint && !env.logsEndpoint ? LOCAL_RECEIVER : null);
  const under = (path: string) => (base === null ? null : below(base, path));
  const tracesUrl = env.sendsTraces ? (env.tracesEndpoint ?? under("v1/traces")) : null;
  const logsUrl = env.sendsLogs ? (env.logsEndpoint ?? under("v1/logs")) : null;
  if (env.disabled || (tracesUrl === null && logsUrl === null)) return null;
  const wanted = env.messageContent ?? settings.telemetryMessageContent;
  if (wanted && settings.anonymizeLogs)
    report.warning(
      places.get("anonymizeLogs") ?? null,
      "anonymize_logs is on, so no prompt and no answer stands in spans, though message content is switched on",
    );
  return {
    tracesUrl,
    logsUrl,
    tracesHeaders: env.tracesHeaders,
    logsHeaders: env.logsHeaders,
    serviceName: env.serviceName ?? env.resourceAttributes["service.name"] ?? "shin-gateway",
    resourceAttributes: env.resourceAttributes,
    sampler: env.sampler,
    sampleRatio: env.sampleRatio,
    messageContent: wanted && !settings.anonymizeLogs && !settings.turnOffMessageLogging,
    propagateToProviders: settings.telemetryPropagateToProviders,
  };
}

/** LiteLLM's users write the whole path here, OpenTelemetry's the base alone. */
function below(base: string, path: string): string {
  const url = URL.canParse(base) ? new URL(base) : null;
  if (url === null) return base;
  const root = url.pathname.replace(/\/v1\/(traces|logs)\/?$/, "").replace(/\/$/, "");
  url.pathname = `${root}/${path}`;
  return url.href;
}
