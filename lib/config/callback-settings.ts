/** The settings of callbacks: which destinations get a record of every call, and where they are. LiteLLM's names. */
import { anyMap } from "./map-parsers.ts";
import { optional, textList } from "./parsers.ts";
import { settingsOf } from "./setting.ts";
import type { Settings } from "./settings.ts";

const setting = settingsOf<Settings>();

/** What config.yaml says of callbacks; `decideCallbacks` makes destinations of it. */
export interface CallbackSettings {
  successCallbacks: readonly string[];
  failureCallbacks: readonly string[];
  callbacks: readonly string[];
  webhookParams: Readonly<Record<string, unknown>> | null;
  s3Params: Readonly<Record<string, unknown>> | null;
  clickhouseParams: Readonly<Record<string, unknown>> | null;
}

export const noCallbacks = (): CallbackSettings => ({
  successCallbacks: [],
  failureCallbacks: [],
  callbacks: [],
  webhookParams: null,
  s3Params: null,
  clickhouseParams: null,
});

export const CALLBACK_SETTINGS = [
  setting("callbacks", textList(), {
    at: ["litellm_settings.callbacks"],
    default: "none",
    doc: 'Destinations of a record of every call: webhook, langfuse, s3, clickhouse (callbacks.md). With "otel" in it, traces and logs go to an OTLP receiver: OTEL_EXPORTER_OTLP_ENDPOINT, else http://localhost:4318, read at start.',
  }),
  setting("successCallbacks", textList(), {
    at: ["litellm_settings.success_callback"],
    default: "none",
    doc: "The same, for calls that went well only.",
  }),
  setting("failureCallbacks", textList(), {
    at: ["litellm_settings.failure_callback"],
    default: "none",
    doc: "The same, for calls that were refused or failed only.",
  }),
  setting("webhookParams", optional(anyMap), {
    at: ["litellm_settings.webhook_callback_params"],
    default: "GENERIC_LOGGER_ENDPOINT and GENERIC_LOGGER_HEADERS",
    doc: "Where the webhook is: url, secret (signs what is sent, 16 characters or more), headers.",
  }),
  setting("s3Params", optional(anyMap), {
    at: ["litellm_settings.s3_callback_params"],
    default: "none",
    doc: "Where S3 is: s3_bucket_name, s3_region_name, s3_path, s3_endpoint_url, s3_path_style, s3_flush_interval, s3_aws_access_key_id, s3_aws_secret_access_key, s3_aws_session_token. Keys and region may come from AWS_ACCESS_KEY_ID and the like.",
  }),
  setting("clickhouseParams", optional(anyMap), {
    at: ["litellm_settings.clickhouse_callback_params"],
    default: "none",
    doc: "Where ClickHouse is: url of its HTTP interface, database, table, username, password.",
  }),
];

/** Read beside the parameters above. */
export const CALLBACK_VARIABLES: readonly { name: string; default: string; doc: string }[] = [
  { name: "LANGFUSE_PUBLIC_KEY", default: "none", doc: "Public key of the Langfuse project." },
  { name: "LANGFUSE_SECRET_KEY", default: "none", doc: "Its secret key." },
  { name: "LANGFUSE_HOST", default: "https://cloud.langfuse.com", doc: "Where that Langfuse is." },
  {
    name: "GENERIC_LOGGER_ENDPOINT",
    default: "none",
    doc: "Address of the callback webhook, when webhook_callback_params names none.",
  },
  {
    name: "GENERIC_LOGGER_HEADERS",
    default: "none",
    doc: "Headers that it is sent: Name=value, several with commas between.",
  },
  {
    name: "AWS_ACCESS_KEY_ID",
    default: "none",
    doc: "Key of the S3 callback, when its parameters name none.",
  },
  { name: "AWS_SECRET_ACCESS_KEY", default: "none", doc: "Its secret." },
  { name: "AWS_SESSION_TOKEN", default: "none", doc: "Its session token, for keys that end." },
  {
    name: "AWS_REGION",
    default: "us-east-1",
    doc: "Region of the S3 callback, when its parameters name none.",
  },
];
