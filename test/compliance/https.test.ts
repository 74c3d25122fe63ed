/** The look at the public address: a certificate that clients do not trust, one that ends soon, and plain HTTP are found. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { judgeProbe } from "#lib/compliance/checks/https.ts";
import { type HttpsProbe, probeHttps } from "#lib/compliance/https-probe.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";

/** An HTTPS server with a certificate of its own for 127.0.0.1, good for so many days. */
async function secured(days: number, headers: Record<string, string> = {}) {
  const folder = await makeTemporaryFolder();
  const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", keyFile, "-out", certFile, "-days", String(days)];
  execFileSync("openssl", ["req", "-x509", ...curve, ...files, ...subject], { stdio: "pipe" });
  const cert = await readFile(certFile, "utf8");
  const server = createServer({ key: await readFile(keyFile), cert }, (_request, response) => {
    response.writeHead(200, headers).end("alive");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { cert, origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const good: HttpsProbe = {
  fault: null,
  protocol: "TLSv1.3",
  validTo: new Date("2026-12-31T00:00:00Z"),
  hsts: true,
  plainStatus: 308,
};
const nowMs = Date.parse("2026-11-23T10:00:00Z");

describe("the probe", () => {
  test("reads protocol, end and HSTS of a certificate that is trusted", async () => {
    const { cert, origin } = await secured(90, { "strict-transport-security": "max-age=1" });
    const probe = await probeHttps(origin, cert);
    expect(probe).toMatchObject({ fault: null, protocol: "TLSv1.3", hsts: true, plainStatus: null });
    expect(judgeProbe(probe, Date.now())).toMatchObject({ found: "passed" });
    expect(judgeProbe(probe, Date.now() + 80 * 86_400_000)).toMatchObject({ found: "failed" });
  });

  test("fails on one that nobody trusts, and where nobody answers", async () => {
    const { origin } = await secured(90);
    const distrusted = judgeProbe(await probeHttps(origin), nowMs);
    expect([distrusted.found, distrusted.line]).toEqual(["failed", expect.stringContaining("self-signed")]);
    const nobody = judgeProbe(await probeHttps("https://127.0.0.1:1"), nowMs);
    expect([nobody.found, nobody.line]).toEqual(["failed", expect.stringContaining("ECONNREFUSED")]);
  });
});

test.each<[string, Partial<HttpsProbe>, string]>([
  ["a sound address", {}, "passed"],
  ["port 80 closed", { plainStatus: null }, "passed"],
  ["plain HTTP that answers", { plainStatus: 200 }, "failed"],
  ["a certificate of 13 days", { validTo: new Date(nowMs + 13.5 * 86_400_000) }, "failed"],
  ["a certificate of 15 days", { validTo: new Date(nowMs + 15.5 * 86_400_000) }, "passed"],
  ["a certificate that is over", { validTo: new Date(nowMs - 86_400_000) }, "failed"],
])("%s is judged %s", (_what, change, found) => {
  expect(judgeProbe({ ...good, ...change }, nowMs).found).toBe(found);
});
