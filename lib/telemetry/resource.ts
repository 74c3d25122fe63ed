/** Who sends: the same attributes on every span and log record of this process. */
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { TelemetrySettings } from "#lib/config/telemetry-settings.ts";

export const SCOPE_NAME = "shin-gateway";

type Resource = ReadableSpan["resource"];

/** The operator's own attributes win, but for the name, which has a variable of its own. */
export function resourceOf(
  { resourceAttributes, serviceName }: Pick<TelemetrySettings, "resourceAttributes" | "serviceName">,
  version: string,
  instance: string,
): Resource {
  return holding({
    "service.version": version,
    "service.instance.id": instance,
    "telemetry.sdk.name": "opentelemetry",
    "telemetry.sdk.language": "nodejs",
    ...resourceAttributes,
    "service.name": serviceName,
  });
}

/** The SDK looks machine and process up for its own; here nothing is told that nobody asked for. */
function holding(attributes: Resource["attributes"]): Resource {
  return {
    attributes,
    merge: (other) => holding({ ...attributes, ...other?.attributes }),
    getRawAttributes: () => Object.entries(attributes),
  };
}
