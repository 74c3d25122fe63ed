/** Certificates of erasures, checked for anybody: with the gateway's own key, or with one that the reader trusts. */
import { parseBody } from "#lib/api-fields.ts";
import { verifyCertificate } from "#lib/privacy/certificate.ts";
import { certificateBody } from "#lib/privacy/certificate-body.ts";
import { parseJson } from "./admin-context.ts";
import { json } from "./http.ts";
import type { PublicRoute } from "./routes.ts";
import { networkOf, throttled } from "./throttle-step.ts";

const MOST_BYTES = 256 * 1024;

const verify: PublicRoute["run"] = async (deps, context) => {
  const verdict = await deps.throttle.take("privacy", networkOf(context.ip));
  if (!verdict.allowed) throw throttled(verdict, { kind: "ip", id: context.ip }, context.startedAtMs);
  const body = parseBody(certificateBody, parseJson(await context.request.bytes(MOST_BYTES)));
  const found = verifyCertificate(body.certificate, body.trusted_key ?? deps.auditSigner.key.keyId);
  return json(200, found.ok ? { ok: true, key_id: found.keyId } : { ok: false, message: found.message });
};

export const PRIVACY_CERTIFICATE_ROUTES: readonly PublicRoute[] = [
  { method: "POST", path: "/privacy/certificates/verify", access: "public", run: verify },
];
