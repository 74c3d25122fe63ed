/**
 * An OpenID Connect provider that lies: it is configured as the console's own, and what its token endpoint says is the
 * test's to choose. Nobody types anything there, so that a sign-in is three requests.
 */
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

const KEY_ID = "signing-1";

/** How a token is signed; `HS256 with the public key` is the old confusion of verifiers that take the header's word. */
export type Signing =
  | "RS256"
  | "none"
  | "HS256 with the public key"
  | "HS256 with the client's secret"
  | "another key";

export interface Lie {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly signing?: Signing;
}

/** What a sign-in asked for, as the browser was sent here with it. */
export interface Asked {
  readonly state: string;
  readonly nonce: string;
  readonly cookie: string;
}

export interface HostileProvider {
  /** Answers as a provider would. False: this request is none of its own. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): boolean;
  /** Goes as far as the provider's page with a browser of its own. */
  ask(console: string): Promise<Asked>;
  /** Comes back; the session's cookie, or null where the console made none. */
  comeBack(
    console: string,
    asked: Asked,
    lie?: Lie,
    query?: Readonly<Record<string, string>>,
  ): Promise<string | null>;
}

export function hostileProvider(
  issuer: () => string,
  client: { readonly id: string; readonly secret: string },
): HostileProvider {
  const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let token = "";

  const json = (outgoing: ServerResponse, value: unknown): void => {
    outgoing.writeHead(200, { "content-type": "application/json" });
    outgoing.end(JSON.stringify(value));
  };

  return {
    answer(incoming, outgoing) {
      const path = incoming.url?.split("?")[0];
      if (path === "/.well-known/openid-configuration") {
        const at = issuer();
        json(outgoing, {
          issuer: at,
          authorization_endpoint: `${at}/authorize`,
          token_endpoint: `${at}/token`,
          jwks_uri: `${at}/keys`,
          response_types_supported: ["code"],
          id_token_signing_alg_values_supported: ["RS256", "HS256", "none"],
        });
      } else if (path === "/keys") {
        json(outgoing, {
          keys: [{ ...own.publicKey.export({ format: "jwk" }), kid: KEY_ID, use: "sig", alg: "RS256" }],
        });
      } else if (path === "/token") {
        incoming.resume();
        json(outgoing, { access_token: "any", token_type: "Bearer", id_token: token });
      } else return false;
      return true;
    },

    async ask(console) {
      const first = await fetch(`${console}/api/auth/csrf`);
      const { csrfToken } = (await first.json()) as { csrfToken: string };
      const answer = await fetch(`${console}/api/auth/signin/oidc`, {
        method: "POST",
        redirect: "manual",
        headers: { cookie: cookiesOf(first), "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ csrfToken, callbackUrl: "/ui" }),
      });
      const { searchParams } = new URL(answer.headers.get("location") ?? "");
      return {
        state: searchParams.get("state") ?? "",
        nonce: searchParams.get("nonce") ?? "",
        cookie: `${cookiesOf(first)}; ${cookiesOf(answer)}`,
      };
    },

    async comeBack(console, { cookie, nonce, state }, { claims = {}, signing = "RS256" } = {}, query = {}) {
      const nowS = Math.floor(Date.now() / 1000);
      const said = { iss: issuer(), aud: client.id, iat: nowS, exp: nowS + 300, nonce, ...claims };
      token = signed(said, signing, {
        own: own.privateKey,
        other: other.privateKey,
        clientSecret: client.secret,
      });
      const asked = new URLSearchParams({ code: "any", state, ...query });
      const answer = await fetch(`${console}/api/auth/callback/oidc?${asked}`, {
        redirect: "manual",
        headers: { cookie },
      });
      await answer.text();
      const session = answer.headers.getSetCookie().find((one) => /^shin\.session=[^;]/.test(one));
      return session?.split(";")[0] ?? null;
    },
  };
}

interface Keys {
  readonly own: KeyObject;
  readonly other: KeyObject;
  readonly clientSecret: string;
}

function signed(claims: object, signing: Signing, { clientSecret, other, own }: Keys): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const headed = (alg: string) => `${part({ alg, kid: KEY_ID, typ: "JWT" })}.${part(claims)}`;
  if (signing === "none") return `${headed("none")}.`;
  if (signing === "RS256" || signing === "another key") {
    const text = headed("RS256");
    return `${text}.${sign("sha256", Buffer.from(text), signing === "RS256" ? own : other).toString("base64url")}`;
  }
  const secret =
    signing === "HS256 with the client's secret"
      ? clientSecret
      : createPublicKey(own).export({ type: "spki", format: "pem" });
  const text = headed("HS256");
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
}
