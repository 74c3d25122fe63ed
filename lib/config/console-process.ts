/**
 * What Next and next-auth read from the process's environment, decided here. The origin is the public address when one is
 * set, else the host the browser asked for, which lib/node/console.ts takes from the socket and not from a client's header.
 */
export function prepareConsoleProcess(publicUrl: string | null): void {
  // Next would report about its use to its makers.
  process.env["NEXT_TELEMETRY_DISABLED"] = "1";
  if (publicUrl === null) process.env["AUTH_TRUST_HOST"] = "true";
  else process.env["NEXTAUTH_URL"] = publicUrl;
}
