/** The door to OpenTelemetry: its SDK is loaded only when traces or logs go somewhere, so that nobody else pays for it. */
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import type { Telemetry } from "./telemetry.ts";

export interface TelemetryOptions {
  readonly config: Pick<Config, "telemetry">;
  readonly version: string;
  readonly log: Log;
  readonly clock: Clock;
}

/** @param instance tells this process from others @returns undefined when nothing is to be sent */
export async function openTelemetry(
  { clock, config: { telemetry: settings }, log, version }: TelemetryOptions,
  instance: string,
): Promise<Telemetry | undefined> {
  if (settings === null) return undefined;
  const { startTelemetry } = await import("./telemetry.ts");
  return startTelemetry({ settings, version, instance, log, clock });
}
