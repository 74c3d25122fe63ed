/** How mail leaves: LiteLLM's variables of the SMTP server. */
import type { Environment } from "./environment-reference.ts";
import type { Reporter } from "./problems.ts";

export interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly from: string;
  readonly login: { readonly user: string; readonly password: string } | null;
  /** implicit: TLS from the first byte. required: STARTTLS or nothing is sent. none: plain, for a relay on this machine. */
  readonly tls: "implicit" | "required" | "none";
}

export const MAIL_VARIABLES: readonly { name: string; default: string; doc: string }[] = [
  { name: "SMTP_HOST", default: "none", doc: "Mail server that alerts and invitations leave by." },
  { name: "SMTP_PORT", default: "587", doc: "Its port; 465 means TLS from the first byte." },
  { name: "SMTP_SENDER_EMAIL", default: "required with SMTP_HOST", doc: "Address that mail comes from." },
  { name: "SMTP_USERNAME", default: "none", doc: "Account at the mail server." },
  { name: "SMTP_PASSWORD", default: "none", doc: "Its password." },
  {
    name: "SMTP_TLS",
    default: "true",
    doc: "false: mail goes in the clear. For a relay on the same machine only.",
  },
];

const IMPLICIT_TLS_PORT = 465;

/** Null without SMTP_HOST. */
export function readMailEnvironment(env: Environment, report: Reporter): MailSettings | null {
  const variable = (name: string): string | null => env[name]?.trim() || null;
  const host = variable("SMTP_HOST");
  if (host === null) return null;
  const port = Number(variable("SMTP_PORT") ?? "587");
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    report.error(null, "SMTP_PORT must be a port number from 1 to 65535");
  const from = variable("SMTP_SENDER_EMAIL");
  if (from === null || !/^[^\s@]+@[^\s@]+$/.test(from))
    report.error(null, "SMTP_SENDER_EMAIL must be the e-mail address that mail comes from");
  const [user, password] = [variable("SMTP_USERNAME"), variable("SMTP_PASSWORD")];
  if ((user === null) !== (password === null))
    report.error(null, "SMTP_USERNAME and SMTP_PASSWORD belong together — set both or neither");
  const tls = variable("SMTP_TLS")?.toLowerCase() ?? "true";
  if (!["true", "false"].includes(tls)) report.error(null, "SMTP_TLS must be true or false");
  if (tls === "false" && password !== null)
    report.error(null, "SMTP_TLS: false would send SMTP_PASSWORD in the clear — leave one of the two out");
  return {
    host,
    port,
    from: from ?? "",
    login: user === null || password === null ? null : { user, password },
    tls: tls === "false" ? "none" : port === IMPLICIT_TLS_PORT ? "implicit" : "required",
  };
}
