/** The console's variables: its session secret, its public address, the first admin, sign-in by OpenID Connect, and mail. */
import type { Environment } from "./environment-reference.ts";
import { MAIL_VARIABLES, type MailSettings, readMailEnvironment } from "./mail-environment.ts";
import type { Reporter } from "./problems.ts";

export interface ConsoleSettings {
  /** Seals session cookies; null: derived from the encryption key. */
  readonly secret: string | null;
  /** Origin that people use, such as https://gateway.example.com; null: whatever the browser asked for. */
  readonly publicUrl: string | null;
  /** The first admin, made at the start without a set-up link. */
  readonly admin: { readonly email: string; readonly passwordFile: string } | null;
  readonly oidc: OidcSettings | null;
  /** How mail leaves; null: it does not. */
  readonly mail: MailSettings | null;
}

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the button says. */
  readonly name: string;
  /** Claim that holds the role or a list of groups. */
  readonly roleClaim: string;
  /** Value of the claim -> role of the console; empty: the values are role names. */
  readonly roles: Readonly<Record<string, string>>;
}

export const CONSOLE_VARIABLES: readonly { name: string; default: string; doc: string }[] = [
  {
    name: "NEXTAUTH_SECRET",
    default: "derived from SHIN_ENCRYPTION_KEY",
    doc: "Seals the console's session cookies; at least 32 characters. A new one signs everybody out.",
  },
  {
    name: "NEXTAUTH_URL",
    default: "the address in the browser",
    doc: "Public address of the console, such as https://gateway.example.com.",
  },
  {
    name: "SHIN_ADMIN_EMAIL",
    default: "none",
    doc: "Makes this first admin at the start, without a set-up link.",
  },
  {
    name: "SHIN_ADMIN_PASSWORD_FILE",
    default: "required with the above",
    doc: "File that holds the first admin's password. It is read only while there is no admin.",
  },
  { name: "SHIN_OIDC_ISSUER", default: "none", doc: "Issuer of an OpenID Connect provider to sign in with." },
  {
    name: "SHIN_OIDC_CLIENT_ID",
    default: "required with the above",
    doc: "The client's id at that provider.",
  },
  { name: "SHIN_OIDC_CLIENT_SECRET", default: "required with the above", doc: "The client's secret there." },
  { name: "SHIN_OIDC_NAME", default: "Single sign-on", doc: "What the sign-in button says." },
  { name: "SHIN_OIDC_ROLE_CLAIM", default: "roles", doc: "Claim that holds the role, or a list of groups." },
  {
    name: "SHIN_OIDC_ROLES",
    default: "the claim names roles",
    doc: "Values of the claim and their roles, such as platform=admin,books=finance. Without a match: developer.",
  },
  ...MAIL_VARIABLES,
];

const ROLE_NAMES = ["admin", "developer", "finance", "dpo", "auditor"];
const SHORTEST_SECRET = 32;

export function readConsoleEnvironment(env: Environment, report: Reporter): ConsoleSettings {
  const variable = (name: string): string | null => env[name]?.trim() || null;
  const secret = variable("NEXTAUTH_SECRET");
  if (secret !== null && secret.length < SHORTEST_SECRET)
    report.error(
      null,
      `NEXTAUTH_SECRET needs ${SHORTEST_SECRET} characters — make one: openssl rand -base64 32`,
    );
  const given = variable("NEXTAUTH_URL");
  const publicUrl = given === null ? null : originOf(given);
  if (given !== null && publicUrl === null)
    report.error(
      null,
      "NEXTAUTH_URL must be an http or https address without a path, such as https://gateway.example.com",
    );
  const mail = readMailEnvironment(env, report);
  return { secret, publicUrl, admin: readAdmin(variable, report), oidc: readOidc(variable, report), mail };
}

type Read = (name: string) => string | null;

function readAdmin(variable: Read, report: Reporter): ConsoleSettings["admin"] {
  const email = variable("SHIN_ADMIN_EMAIL");
  const passwordFile = variable("SHIN_ADMIN_PASSWORD_FILE");
  if (email === null && passwordFile === null) return null;
  if (email === null || passwordFile === null) {
    report.error(null, "SHIN_ADMIN_EMAIL and SHIN_ADMIN_PASSWORD_FILE belong together — set both or neither");
    return null;
  }
  if (!/^[^\s@]+@[^\s@]+$/.test(email))
    report.error(null, `SHIN_ADMIN_EMAIL: "${email}" is not an e-mail address`);
  return { email, passwordFile };
}

function readOidc(variable: Read, report: Reporter): OidcSettings | null {
  const issuer = variable("SHIN_OIDC_ISSUER");
  if (issuer === null) return null;
  const clientId = variable("SHIN_OIDC_CLIENT_ID");
  const clientSecret = variable("SHIN_OIDC_CLIENT_SECRET");
  if (clientId === null || clientSecret === null) {
    report.error(null, "SHIN_OIDC_ISSUER needs SHIN_OIDC_CLIENT_ID and SHIN_OIDC_CLIENT_SECRET");
    return null;
  }
  if (!URL.canParse(issuer) || !/^https?:$/.test(new URL(issuer).protocol))
    report.error(null, `SHIN_OIDC_ISSUER: "${issuer}" is not a web address`);
  const roles = Object.fromEntries(
    (variable("SHIN_OIDC_ROLES") ?? "")
      .split(",")
      .map((pair) => pair.trim())
      .filter((pair) => pair !== "")
      .map((pair) => {
        const mark = pair.lastIndexOf("=");
        const role = pair.slice(mark + 1).trim();
        if (mark < 1 || !ROLE_NAMES.includes(role))
          report.error(
            null,
            `SHIN_OIDC_ROLES: "${pair}" must be VALUE=ROLE with one of ${ROLE_NAMES.join(", ")}`,
          );
        return [pair.slice(0, mark).trim(), role];
      }),
  );
  return {
    issuer: issuer.replace(/\/$/, ""),
    clientId,
    clientSecret,
    name: variable("SHIN_OIDC_NAME") ?? "Single sign-on",
    roleClaim: variable("SHIN_OIDC_ROLE_CLAIM") ?? "roles",
    roles,
  };
}

function originOf(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { origin, protocol, pathname } = new URL(text);
  return /^https?:$/.test(protocol) && pathname === "/" ? origin : null;
}
