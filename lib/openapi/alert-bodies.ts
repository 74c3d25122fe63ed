/** Bodies of the routes of alerts and callbacks. */
import { newChannelSchema, oneChannelSchema, updateChannelSchema } from "../alerts/channel-schema.ts";
import { testCallbackSchema } from "../callbacks/schema.ts";

export const ALERT_BODIES = {
  "POST /alerts/channels/new": newChannelSchema,
  "POST /alerts/channels/update": updateChannelSchema,
  "POST /alerts/channels/delete": oneChannelSchema,
  "POST /alerts/channels/test": oneChannelSchema,
  "POST /callbacks/test": testCallbackSchema,
} as const;
