/** S3 and what speaks like it: an object of gzipped JSON lines for each batch, under a name that a second delivery writes again. */
import { gzipSync } from "node:zlib";
import type { S3Destination } from "../config/callbacks.ts";
import type { CallbackBatch, CallbackPort } from "./record.ts";
import { type SendOptions, send } from "./send.ts";
import { encode, signedHeaders } from "./sigv4.ts";

export function s3Port(destination: S3Destination, options: SendOptions): CallbackPort {
  return {
    deliver: async (batch, signal) => {
      const url = objectUrl(destination, objectName(destination.prefix, batch));
      const lines = batch.records.map((record) => `${JSON.stringify(record)}\n`).join("");
      const body = gzipSync(lines);
      const { accessKeyId, region, secretAccessKey, sessionToken } = destination;
      const headers = signedHeaders(
        { method: "PUT", url, headers: { "content-type": "application/gzip" }, body },
        { accessKeyId, secretAccessKey, sessionToken, region, service: "s3" },
        batch.sentAtMs,
      );
      await send(url, { method: "PUT", headers, body }, options, signal);
    },
  };
}

/** `prefix/2026-11-23/req_...-BATCH.jsonl.gz`: names of a day sort by time. */
function objectName(prefix: string, { id, records }: CallbackBatch): string {
  const [first] = records;
  return `${prefix}${first?.started_at.slice(0, 10) ?? "none"}/${first?.id ?? "none"}-${id}.jsonl.gz`;
}

function objectUrl({ bucket, endpoint, pathStyle, region }: S3Destination, name: string): URL {
  const url = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
  const path = name.split("/").map(encode).join("/");
  if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`;
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${pathStyle ? `${encode(bucket)}/` : ""}${path}`;
  return url;
}
