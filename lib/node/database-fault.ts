/**
 * What keeps a database named by URL from being used, as a sentence, with what to set. Whether a server refuses plain
 * connections or speaks no TLS at all does not stand in its error; so it is asked, without a name or a password.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Config } from "../config/config.ts";
import { isStartError, StartError, systemErrorCode } from "./start-error.ts";

const PATIENCE_MS = 2_000;
/** PostgreSQL's SSLRequest: its length, and a number that no version of the protocol has. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const DEFAULT_PORT = 5432;

/** Refusals of pg_hba.conf, and of poolers and hosts that take TLS alone. */
const PLAIN_REFUSED =
  /, no encryption$|ssl required|(ssl|tls) connection is required|connection is insecure|requires? (ssl|tls)/i;
const ENCRYPTED_REFUSED = /pg_hba\.conf .*, SSL encryption$/;
/** Node's, when the other side does not go on with the handshake. */
const HANDSHAKE_ENDED = /before secure TLS connection/;
const CERTIFICATE = /^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|ERR_TLS_CERT)/;

interface Said {
  readonly what: string;
  readonly advice: string;
}

/** A fault of the database as a StartError; anything else as it came. The password stays out of the text. */
export async function asDatabaseFault(error: unknown, config: Pick<Config, "databaseUrl">): Promise<unknown> {
  if (config.databaseUrl === null || isStartError(error) || !(error instanceof Error) || !("code" in error))
    return error;
  const url = new URL(config.databaseUrl);
  const where = `the database ${url.pathname.slice(1)} at ${url.host}`;
  const { advice, what } = (await aboutEncryption(error, url)) ?? {
    what: `cannot be used: ${error.message || String(error.code)}`,
    advice: "Check DATABASE_URL (general_settings.database_url) and that the server runs.",
  };
  return new StartError("database_failed", `${where} ${what}`, { advice, cause: error });
}

/** Null where encryption is not what is wrong. */
async function aboutEncryption(error: Error, url: URL): Promise<Said | null> {
  const asked = url.searchParams.get("sslmode");
  const code = systemErrorCode(error) ?? "";
  if (CERTIFICATE.test(code))
    return {
      what: `has a certificate that cannot be trusted (${code}), and sslmode=${asked} asks for one that can`,
      advice:
        code === "ERR_TLS_CERT_ALTNAME_INVALID"
          ? "Write the host in DATABASE_URL as the certificate names it."
          : "Start the gateway with NODE_EXTRA_CA_CERTS=/path/of/the-authority.pem, or renew the certificate.",
    };
  if (HANDSHAKE_ENDED.test(error.message) && (await speaksTls(url)) === false)
    return {
      what: `speaks no TLS, and DATABASE_URL asks for it with sslmode=${asked}`,
      advice:
        "Turn it on in the server (ssl = on, with a certificate); or, for a server on this machine, write sslmode=disable in DATABASE_URL.",
    };
  if (ENCRYPTED_REFUSED.test(error.message))
    return {
      what: `speaks TLS, but lets nobody in by it: ${error.message}`,
      advice: 'Give its pg_hba.conf a line "hostssl" for this user, database and address, and reload it.',
    };
  if (!PLAIN_REFUSED.test(error.message)) return null;
  if (await speaksTls(url))
    return {
      what: `refuses connections without TLS, and DATABASE_URL asks for none: ${error.message}`,
      advice: "Write sslmode=require in DATABASE_URL (verify-full, to check the certificate as well).",
    };
  return {
    what: `lets nobody in from here: ${error.message}`,
    advice: 'Give its pg_hba.conf a line "host" for this user, database and address, and reload it.',
  };
}

/** Whether the server would encrypt; null when it says nothing. */
async function speaksTls({ hostname, port }: URL): Promise<boolean | null> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const socket: Socket = connect({ host, port: port === "" ? DEFAULT_PORT : Number(port) });
  try {
    socket.write(SSL_REQUEST);
    const [answer] = await once(socket, "data", { signal: AbortSignal.timeout(PATIENCE_MS) });
    return Buffer.isBuffer(answer) ? answer[0] === "S".charCodeAt(0) : null;
  } catch {
    // It went away meanwhile, which is no answer.
    return null;
  } finally {
    socket.destroy();
  }
}
