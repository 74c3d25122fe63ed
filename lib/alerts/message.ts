/** What a channel is sent: the same alerts as JSON for programs, as a Slack message, and as a mail. */
import { createHmac } from "node:crypto";
import type { DueDelivery } from "#db/queries/alert-channels.ts";

export type AlertToSend = Omit<DueDelivery, "attempts">;

const MARKS: Readonly<Record<string, string>> = { critical: "‼", warning: "!", info: "·" };

/** One line that says it all: `Budget warning: ...`, or how many there are. */
export function subjectLine(alerts: readonly AlertToSend[]): string {
  const [first] = alerts;
  if (first && alerts.length === 1) return first.message;
  const critical = alerts.filter(({ severity }) => severity === "critical").length;
  return `${alerts.length} alerts${critical === 0 ? "" : `, ${critical} of them critical`}`;
}

/** Plain text, a line an alert. @param consoleUrl where to look further; null: unknown */
export function plainText(alerts: readonly AlertToSend[], consoleUrl: string | null): string {
  const lines = alerts.map(
    ({ at, message, severity }) =>
      `${MARKS[severity] ?? "!"} ${at.toISOString().slice(0, 16)}Z  ${oneLine(message)}`,
  );
  const where = consoleUrl === null ? "" : `\n\n${consoleUrl}/ui/settings/alerts`;
  return `${lines.join("\n")}${where}\n`;
}

/** A name with line breaks in it must not look like alerts of its own. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

/** The body of a webhook. Its form is versioned: programs read it. */
export function webhookBody(alerts: readonly AlertToSend[], sentAtMs: number): string {
  return JSON.stringify({
    type: "alerts",
    version: 1,
    sent_at: new Date(sentAtMs).toISOString(),
    alerts: alerts.map((alert) => ({
      id: alert.alert_id,
      kind: alert.kind,
      severity: alert.severity,
      raised_at: alert.at.toISOString(),
      subject: { kind: alert.subject_kind, id: alert.subject_id, name: alert.subject_name },
      message: alert.message,
      data: alert.data,
    })),
  });
}

/** Slack's incoming webhook, which Mattermost, Discord (`/slack`) and others read as well. */
export function slackBody(alerts: readonly AlertToSend[], consoleUrl: string | null): string {
  // The three characters that Slack's text form gives a meaning.
  const plain = (text: string) =>
    oneLine(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const lines = alerts.map(({ message, severity }) => `${MARKS[severity] ?? "!"} ${plain(message)}`);
  const where = consoleUrl === null ? [] : [`<${consoleUrl}/ui/settings/alerts|Open the console>`];
  return JSON.stringify({ text: [...lines, ...where].join("\n") });
}

/** `t=SECONDS,v1=HEX`: HMAC-SHA256 of `SECONDS.body`. The time is in it, so that an old message cannot be sent again. */
export function signature(secret: string, sentAtMs: number, body: string): string {
  const seconds = Math.floor(sentAtMs / 1000);
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}
