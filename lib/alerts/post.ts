/** Sends one message to one channel. */
import { createTransport } from "nodemailer";
import { Agent, request } from "undici";
import type { MailSettings } from "../config/mail-environment.ts";
import { guardedLookup, type ResolveHost, requireReachable } from "../providers/guard.ts";
import type { ChannelSecrets, ChannelSettings } from "./channel-schema.ts";
import { type AlertToSend, plainText, signature, slackBody, subjectLine, webhookBody } from "./message.ts";

const ANSWER_MS = 5_000;

export interface OpenChannel {
  readonly kind: string;
  readonly settings: ChannelSettings;
  readonly secrets: ChannelSecrets;
}

export interface PostOptions {
  readonly mail: MailSettings | null;
  /** May webhooks lead to this machine and private networks? */
  readonly allowInternal: boolean;
  readonly resolve: ResolveHost;
  readonly consoleUrl: string | null;
  readonly nowMs: number;
}

/** @throws Error with a sentence for the operator: what the other side answered, or why nothing was sent */
export async function post(
  channel: OpenChannel,
  alerts: readonly AlertToSend[],
  options: PostOptions,
): Promise<void> {
  if (channel.kind === "email") return mail(channel.settings.to ?? [], alerts, options);
  const body =
    channel.kind === "slack" ? slackBody(alerts, options.consoleUrl) : webhookBody(alerts, options.nowMs);
  const { secret, url } = channel.secrets;
  if (url === undefined) throw new Error("its address cannot be read: save the channel again");
  const signed = secret === undefined ? {} : { "x-shin-signature": signature(secret, options.nowMs, body) };
  await call(new URL(url), body, signed, options);
}

async function call(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  { allowInternal, resolve }: PostOptions,
): Promise<void> {
  const rule = { allowInternal };
  requireReachable(url.hostname, rule);
  // One for each message: alerts are few, and no idle connection stays behind.
  const agent = new Agent({ connect: { timeout: ANSWER_MS, lookup: guardedLookup(resolve, rule) } });
  try {
    const answer = await request(url, {
      dispatcher: agent,
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
    });
    await answer.body.dump({ limit: 65_536 });
    if (answer.statusCode >= 300) throw new Error(`${url.hostname} answered HTTP ${answer.statusCode}`);
  } finally {
    await agent.destroy();
  }
}

async function mail(
  to: readonly string[],
  alerts: readonly AlertToSend[],
  options: PostOptions,
): Promise<void> {
  const { mail: settings } = options;
  if (settings === null)
    throw new Error("no mail server is set: SMTP_HOST and SMTP_SENDER_EMAIL in the environment");
  const transport = createTransport({
    host: settings.host,
    port: settings.port,
    secure: settings.tls === "implicit",
    requireTLS: settings.tls === "required",
    ignoreTLS: settings.tls === "none",
    ...(settings.login === null
      ? {}
      : { auth: { user: settings.login.user, pass: settings.login.password } }),
    connectionTimeout: ANSWER_MS,
    greetingTimeout: ANSWER_MS,
    socketTimeout: ANSWER_MS,
    // Nothing that a message says may make the gateway read a file or call an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: settings.from,
      to: [...to],
      subject: `[Shin Gateway] ${subjectLine(alerts)}`.replaceAll(/\s+/g, " ").slice(0, 200),
      text: plainText(alerts, options.consoleUrl),
      headers: { "auto-submitted": "auto-generated" },
    });
  } finally {
    transport.close();
  }
}
