/** A deployment of which nothing but its name is known: where there is no entry to read, or none that can be read. */
import { type Deployment, NO_LIMITS } from "./config.ts";

/** What an entry has that says nothing more. */
export const NOTHING_SAID = {
  apiKey: null,
  apiBase: null,
  apiVersion: null,
  organization: null,
  limits: NO_LIMITS,
  budget: null,
  routingHint: false,
  weight: null,
  order: null,
  timeoutMs: null,
  streamTimeoutMs: null,
  maxRetries: null,
  extraHeaders: {},
  extraBody: {},
  defaults: {},
  dropParams: null,
  additionalDropParams: [],
  allowedKeys: null,
  accessGroups: [],
  baseModel: null,
  price: null,
  cooldownMs: null,
  modelInfo: {},
  guarded: false,
  unusable: null,
} as const satisfies Partial<Deployment>;
