/** The webhook: a JSON array of records, signed as the webhooks of alerts are. */
import { signature } from "../alerts/message.ts";
import type { WebhookDestination } from "../config/callbacks.ts";
import type { CallbackPort } from "./record.ts";
import { type SendOptions, send } from "./send.ts";

export function webhookPort(
  { headers, secret, url }: WebhookDestination,
  options: SendOptions,
): CallbackPort {
  return {
    deliver: async ({ id, records, sentAtMs }, signal) => {
      const body = JSON.stringify(records);
      const signed = secret === null ? {} : { "x-shin-signature": signature(secret, sentAtMs, body) };
      const own = { "content-type": "application/json", "x-shin-batch": id, ...signed };
      await send(new URL(url), { method: "POST", headers: { ...headers, ...own }, body }, options, signal);
    },
  };
}
