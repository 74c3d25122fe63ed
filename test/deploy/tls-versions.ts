/** Which versions of TLS a front speaks, asked by a client that would take any of them. */
import { connect } from "node:tls";
import type { NginxFront } from "./nginx-front.ts";

export type SecureVersion = "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** @returns the version that was agreed on, or `refused` */
export function spokenBy(
  { certificate, https }: Pick<NginxFront, "certificate" | "https">,
  version: SecureVersion,
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({
      host: "127.0.0.1",
      port: Number(new URL(https).port),
      servername: "localhost",
      ca: certificate,
      minVersion: version,
      maxVersion: version,
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    socket.once("secureConnect", () => {
      resolve(socket.getProtocol() ?? "none");
      socket.destroy();
    });
    socket.once("error", () => resolve("refused"));
  });
}
