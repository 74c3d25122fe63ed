/** What telemetry's tests stand on: a receiver, a provider, and the config.yaml of a gateway between them. */
import type { TestGateway } from "#test/helpers/gateway.ts";
import { rawUpstream } from "#test/helpers/upstream.ts";
import { otlpReceiver, type Receiver } from "./receiver.ts";

export async function telemetrySetting() {
  const [receiver, provider] = await Promise.all([otlpReceiver(), rawUpstream()]);
  return {
    receiver,
    provider,
    /** The environment that switches everything on. */
    on: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    /** @param more further sections of config.yaml */
    yaml: (more = "") => `
model_list:
  - model_name: gpt-4
    litellm_params: { model: openai/up-4, api_base: ${provider.url}, api_key: sk-up }
${more}`,
  };
}

export const flush = async (gateway: TestGateway): Promise<void> => gateway.runtime.deps.telemetry?.flush();

/** Lets everything of earlier calls arrive and forgets it; from then on each look has this gateway send what waits. */
export async function lookAt(
  gateway: TestGateway,
  receiver: Receiver,
  ...others: TestGateway[]
): Promise<void> {
  for (const one of [gateway, ...others]) await flush(one);
  receiver.forget();
  receiver.beforeLook = () => flush(gateway);
}
