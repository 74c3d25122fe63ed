/** OTEL_TRACES_SAMPLER as one of the SDK's samplers. */
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";
import type { TelemetrySettings } from "#lib/config/telemetry-settings.ts";

export function samplerOf({
  sampleRatio,
  sampler,
}: Pick<TelemetrySettings, "sampler" | "sampleRatio">): Sampler {
  const root = sampler.endsWith("always_on")
    ? new AlwaysOnSampler()
    : sampler.endsWith("always_off")
      ? new AlwaysOffSampler()
      : new TraceIdRatioBasedSampler(sampleRatio);
  return sampler.startsWith("parentbased_") ? new ParentBasedSampler({ root }) : root;
}
