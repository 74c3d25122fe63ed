/** Destinations of the running configuration, ready to deliver to. */
import type { CallbackDestination, CallbackKind } from "../config/callbacks.ts";
import type { JobDeps } from "../jobs/deps.ts";
import { clickhousePort } from "./clickhouse.ts";
import { langfusePort } from "./langfuse.ts";
import type { CallbackPort } from "./record.ts";
import { s3Port } from "./s3.ts";
import { webhookPort } from "./webhook.ts";

type OpenDeps = Pick<JobDeps, "policy" | "resolve" | "log">;

/** Null: it is not configured. */
export function destinationOf(
  { policy }: Pick<JobDeps, "policy">,
  kind: CallbackKind,
): CallbackDestination | null {
  return policy().config.callbacks.find((one) => one.kind === kind) ?? null;
}

export function openPort({ log, policy, resolve }: OpenDeps, destination: CallbackDestination): CallbackPort {
  const options = { allowInternal: policy().config.allowPrivateApiBase, resolve };
  switch (destination.kind) {
    case "webhook":
      return webhookPort(destination, options);
    case "langfuse":
      return langfusePort(destination, options, log);
    case "s3":
      return s3Port(destination, options);
    case "clickhouse":
      return clickhousePort(destination, options);
  }
}

/** What may be seen of where it is. */
export function placeOf(destination: CallbackDestination): string {
  if (destination.kind === "s3") return `${destination.bucket} (${destination.region})`;
  return new URL(destination.url).host;
}
