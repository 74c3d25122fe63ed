/** next-auth, set up for one request: our own passwords and an OpenID Connect provider, our own tokens and cookies. */
import type { AuthOptions, User } from "next-auth";
import type { JWT } from "next-auth/jwt";
import CredentialsProvider from "next-auth/providers/credentials";
import { endSession } from "#db/queries/console-access.ts";
import { accountOfProfile, type OidcProfile } from "#lib/console/oidc.ts";
import { seal, unseal } from "#lib/console/seal.ts";
import { consoleSecret } from "#lib/console/secret.ts";
import { SESSION_MS, sessionCookieName, sessionIdOf, sessionToken } from "#lib/console/session.ts";
import { begin, type From, type SignInDeps, signIn } from "#lib/console/sign-in.ts";
import { networkOf } from "#lib/gateway/throttle-step.ts";
import type { ConsoleDeps } from "#lib/next/console-deps.ts";

/** A user on the way through next-auth, with the session that was begun for it. */
interface Begun extends User {
  sessionId?: string;
}

const SECOND = 1000;

export function authOptions(deps: ConsoleDeps, from: From, secure: boolean): AuthOptions {
  const { config } = deps.policy();
  const secret = consoleSecret(config, deps.pseudonymKey);
  const signing: SignInDeps = {
    db: deps.db,
    consoleSecret: secret,
    nowMs: () => deps.clock.now(),
    // An account's name is no address, and counts as it is.
    throttle: async (policy, who) => (await deps.throttle.take(policy, networkOf(who))).allowed,
  };
  const { oidc } = config.console;
  const cookie = (name: string) => ({
    name: secure ? `__Host-shin.${name}` : `shin.${name}`,
    options: { httpOnly: true, sameSite: "lax" as const, path: "/", secure },
  });
  return {
    secret,
    debug: false,
    useSecureCookies: secure,
    pages: { signIn: "/ui/sign-in", error: "/ui/sign-in", signOut: "/ui/sign-in" },
    session: { strategy: "jwt", maxAge: SESSION_MS / SECOND },
    cookies: {
      sessionToken: { name: sessionCookieName(secure), options: cookie("session").options },
      csrfToken: cookie("csrf"),
      callbackUrl: cookie("callback"),
      state: cookie("state"),
      nonce: cookie("nonce"),
      pkceCodeVerifier: cookie("pkce"),
    },
    jwt: {
      maxAge: SESSION_MS / SECOND,
      encode: ({ token, salt, maxAge }) =>
        salt
          ? sealCheck(secret, salt, token ?? {}, deps.clock.now() + (maxAge ?? 900) * SECOND)
          : sessionToken(secret, String(token?.["sid"] ?? "")),
      decode: ({ token, salt }) =>
        salt ? openCheck(secret, salt, token ?? "", deps.clock.now()) : openSession(secret, token ?? ""),
    },
    providers: [
      CredentialsProvider({
        id: "credentials",
        credentials: { email: {}, password: {}, code: {} },
        async authorize(given) {
          const { email = "", password = "", code = "" } = given ?? {};
          const result = await signIn(signing, { email, password, code }, from);
          if (result.kind !== "ok") throw new Error(result.kind);
          const begun: Begun = { id: result.userId, email: result.email, sessionId: result.sessionId };
          return begun;
        },
      }),
      ...(oidc
        ? [
            {
              id: "oidc",
              name: oidc.name,
              type: "oauth" as const,
              wellKnown: `${oidc.issuer}/.well-known/openid-configuration`,
              issuer: oidc.issuer,
              clientId: oidc.clientId,
              clientSecret: oidc.clientSecret,
              idToken: true,
              checks: ["pkce" as const, "state" as const, "nonce" as const],
              authorization: { params: { scope: "openid email profile" } },
              profile: (profile: OidcProfile) => ({ id: profile.sub }),
            },
          ]
        : []),
    ],
    callbacks: {
      async signIn({ user, account, profile }) {
        if (account?.provider !== "oidc" || !oidc || !profile?.sub)
          return account?.provider === "credentials";
        const claims: OidcProfile = { ...profile, sub: profile.sub };
        const owner = await accountOfProfile(deps.db, oidc, claims, from.ip, deps.clock.now());
        if (!owner) return "/ui/sign-in?error=not_invited";
        const begun = await begin(signing, owner, from);
        if (begun.kind !== "ok") return "/ui/sign-in?error=not_invited";
        Object.assign(user, { id: begun.userId, sessionId: begun.sessionId });
        return true;
      },
      jwt({ token, user }: { token: JWT; user?: Begun }) {
        return user?.sessionId ? { sub: user.id, sid: user.sessionId } : token;
      },
      // Pages ask the database who is signed in; nobody needs to be told here.
      session: ({ session }) => ({ expires: session.expires }),
      redirect: ({ url, baseUrl }) => ownUrl(url, baseUrl),
    },
    events: {
      async signOut({ token }) {
        const id = token["sid"];
        if (typeof id === "string") await endSession(deps.db, id, new Date(deps.clock.now()));
      },
    },
    logger: {
      error: (code, details) => deps.log.warn({ code, reason: reasonOf(details) }, "sign-in failed"),
      warn: () => {},
      debug: () => {},
    },
  };
}

/** A page of the console on this very origin, else its start. */
function ownUrl(url: string, baseUrl: string): string {
  const start = `${baseUrl}/ui`;
  if (/[\\\s]|^\/\//.test(url) || !URL.canParse(url, baseUrl)) return start;
  const target = new URL(url, baseUrl);
  const inside = target.pathname === "/ui" || target.pathname.startsWith("/ui/");
  return target.origin === baseUrl && inside && target.username === "" ? target.href : start;
}

function sealCheck(secret: string, name: string, token: JWT, untilMs: number): string {
  return seal(secret, `check ${name}`, JSON.stringify({ ...token, untilMs }));
}

function openCheck(secret: string, name: string, token: string, nowMs: number): JWT | null {
  const text = unseal(secret, `check ${name}`, token);
  if (text === null) return null;
  const value: JWT = JSON.parse(text);
  return typeof value["untilMs"] === "number" && value["untilMs"] > nowMs ? value : null;
}

function openSession(secret: string, token: string): JWT | null {
  const sid = sessionIdOf(secret, token);
  return sid === null ? null : { sid };
}

/** next-auth hands on whatever went wrong; only its words are for the log. */
function reasonOf(details: unknown): string {
  if (details instanceof Error) return details.message;
  if (typeof details === "object" && details !== null && "error" in details) return reasonOf(details.error);
  return String(details);
}
