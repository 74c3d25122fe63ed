/** Looks at the gateway's public address as a client would: certificate, protocol, HSTS, and what plain HTTP answers. */
import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import type { TLSSocket } from "node:tls";

export interface HttpsProbe {
  /** Null: it was reached. */
  readonly fault: string | null;
  readonly protocol: string | null;
  readonly validTo: Date | null;
  readonly hsts: boolean;
  /** Status of plain HTTP on port 80; null: nobody answers there. */
  readonly plainStatus: number | null;
}

const PATH = "/health/liveliness";
const DEADLINE_MS = 5_000;

/** @param origin `https://...` of the operator's own configuration @param ca further certificates to trust, for tests */
export async function probeHttps(origin: string, ca?: string): Promise<HttpsProbe> {
  const secure = await askSecure(origin, ca);
  return { ...secure, plainStatus: new URL(origin).port === "" ? await askPlain(origin) : null };
}

function askSecure(origin: string, ca?: string): Promise<Omit<HttpsProbe, "plainStatus">> {
  const nothing = { protocol: null, validTo: null, hsts: false };
  return new Promise((resolve) => {
    const asked = secureRequest(
      `${origin}${PATH}`,
      { timeout: DEADLINE_MS, agent: false, ...(ca === undefined ? {} : { ca }) },
      (answer) => {
        const socket = answer.socket as TLSSocket;
        const to = socket.getPeerCertificate().valid_to;
        answer.resume();
        resolve({
          fault: null,
          protocol: socket.getProtocol(),
          validTo: to ? new Date(to) : null,
          hsts: answer.headers["strict-transport-security"] !== undefined,
        });
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("no answer within 5 s")));
    asked.on("error", (error) => resolve({ ...nothing, fault: error.message }));
    asked.end();
  });
}

function askPlain(origin: string): Promise<number | null> {
  return new Promise((resolve) => {
    const url = `${origin.replace(/^https:/, "http:")}${PATH}`;
    const asked = plainRequest(url, { timeout: DEADLINE_MS, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? null);
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => resolve(null));
    asked.end();
  });
}
