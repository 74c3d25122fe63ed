/** AWS Signature Version 4 of one request, with its payload's hash in the signature. */
import { createHash, createHmac } from "node:crypto";

export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  readonly region: string;
  readonly service: string;
}

export interface Unsigned {
  readonly method: string;
  /** Its path stands as it is signed: encoded once, as S3 has it. */
  readonly url: URL;
  /** Names in lower case; `host` is added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** @returns the headers to send, `authorization` among them */
export function signedHeaders(
  { body, headers, method, url }: Unsigned,
  key: SigningKey,
  nowMs: number,
): Record<string, string> {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const day = stamp.slice(0, 8);
  const bodyHash = sha256(body);
  const sent: Record<string, string> = {
    ...headers,
    host: url.host,
    "x-amz-content-sha256": bodyHash,
    "x-amz-date": stamp,
    ...(key.sessionToken === null ? {} : { "x-amz-security-token": key.sessionToken }),
  };
  const names = Object.keys(sent).sort();
  const lines = names.map((name) => `${name}:${(sent[name] ?? "").trim().replace(/ +/g, " ")}\n`).join("");
  const signedNames = names.join(";");
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  const canonical = [method, url.pathname, query, lines, signedNames, bodyHash].join("\n");
  const scope = `${day}/${key.region}/${key.service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", stamp, scope, sha256(canonical)].join("\n");
  const signing = [day, key.region, key.service, "aws4_request"].reduce<string | Buffer>(
    (secret, part) => createHmac("sha256", secret).update(part).digest(),
    `AWS4${key.secretAccessKey}`,
  );
  const signature = createHmac("sha256", signing).update(toSign).digest("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
  return { ...sent, authorization };
}

/** As AWS wants it: all but letters, digits and `-_.~`. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
