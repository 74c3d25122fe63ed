/** A real OTLP receiver over HTTP for tests: takes what the exporters send as JSON and gives it back as spans and records. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, vi } from "vitest";
import { atEnd } from "#test/helpers/at-end.ts";

type Value = string | number | boolean | readonly Value[];

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly traceState: string | undefined;
  readonly name: string;
  /** As OTLP counts: 2 is SERVER, 3 is CLIENT. */
  readonly kind: number;
  readonly startMs: number;
  readonly endMs: number;
  /** 0 unset, 2 error. */
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: Readonly<Record<string, Value>>;
  readonly events: readonly string[];
}

export interface ReceivedLog {
  readonly traceId: string;
  readonly spanId: string;
  readonly severity: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Receiver {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  readonly logs: ReceivedLog[];
  /** Attributes of the sender. */
  readonly resources: Readonly<Record<string, Value>>[];
  /** Everything that came, as it came: headers and bodies. */
  readonly raw: string[];
  /** Waits until so many spans are there, and gives all of them, the gateway's own before those below. */
  spansOf(amount: number): Promise<ReceivedSpan[]>;
  logsOf(amount: number): Promise<ReceivedLog[]>;
  /** Runs before each look, so that nobody waits for the sender's timer. */
  beforeLook: () => Promise<void> | undefined;
  /** What it answers from now on; null: nothing at all. */
  answer(status: number | null): void;
  forget(): void;
}

interface Encoded {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: number | string;
    readonly doubleValue?: number;
    readonly boolValue?: boolean;
    readonly arrayValue?: { readonly values: readonly Encoded["value"][] };
  };
}

interface Sent {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly Encoded[] };
    readonly scopeSpans: readonly { readonly spans: readonly EncodedSpan[] }[];
  }[];
  readonly resourceLogs?: readonly {
    readonly resource: { readonly attributes: readonly Encoded[] };
    readonly scopeLogs: readonly { readonly logRecords: readonly EncodedLog[] }[];
  }[];
}

type EncodedSpan = Omit<ReceivedSpan, "attributes" | "events" | "startMs" | "endMs"> & {
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Encoded[];
  readonly events: readonly { readonly name: string }[];
};

interface EncodedLog {
  readonly traceId: string;
  readonly spanId: string;
  readonly severityText: string;
  readonly body: { readonly stringValue: string };
}

const WAIT = { timeout: 15_000, interval: 20 };

/** Starts one that is stopped when the file's tests are done. */
export async function otlpReceiver(): Promise<Receiver> {
  const spans: ReceivedSpan[] = [];
  const logs: ReceivedLog[] = [];
  const resources: Readonly<Record<string, Value>>[] = [];
  const raw: string[] = [];
  let status: number | null = 200;
  const take = ({ resourceLogs = [], resourceSpans = [] }: Sent) => {
    for (const { resource, scopeSpans } of resourceSpans) {
      resources.push(attributesOf(resource.attributes));
      for (const scope of scopeSpans) spans.push(...scope.spans.map(spanOf));
    }
    for (const { resource, scopeLogs } of resourceLogs) {
      resources.push(attributesOf(resource.attributes));
      for (const scope of scopeLogs) logs.push(...scope.logRecords.map(logOf));
    }
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    raw.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}\n${body}`);
    if (status === null) return;
    if (status === 200) take(JSON.parse(body));
    response.writeHead(status, { "content-type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atEnd(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    spans,
    logs,
    resources,
    raw,
    beforeLook: () => undefined,
    spansOf: async (amount) => {
      await look(receiver, () => expect(spans.length).toBeGreaterThanOrEqual(amount));
      return [...spans].sort((a, b) => a.kind - b.kind || a.startMs - b.startMs);
    },
    logsOf: async (amount) => {
      await look(receiver, () => expect(logs.length).toBeGreaterThanOrEqual(amount));
      return logs;
    },
    answer: (given) => {
      status = given;
    },
    forget: () => {
      for (const list of [spans, logs, resources, raw]) list.length = 0;
    },
  };
  return receiver;
}

function look(receiver: Receiver, expectation: () => void): Promise<void> {
  return vi.waitFor(async () => {
    await receiver.beforeLook();
    expectation();
  }, WAIT);
}

function spanOf(span: EncodedSpan): ReceivedSpan {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    traceState: span.traceState,
    name: span.name,
    kind: span.kind,
    startMs: Number(BigInt(span.startTimeUnixNano)) / 1e6,
    endMs: Number(BigInt(span.endTimeUnixNano)) / 1e6,
    status: span.status,
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ name }) => name),
  };
}

function logOf(record: EncodedLog): ReceivedLog {
  const { body, severityText, spanId, traceId } = record;
  return { traceId, spanId, severity: severityText, body: JSON.parse(body.stringValue) };
}

function attributesOf(list: readonly Encoded[]): Readonly<Record<string, Value>> {
  return Object.fromEntries(list.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value: Encoded["value"]): Value {
  if (value.arrayValue) return value.arrayValue.values.map(plainValue);
  if (value.intValue !== undefined) return Number(value.intValue);
  const plain = value.stringValue ?? value.doubleValue ?? value.boolValue;
  if (plain === undefined) throw new Error(`an empty attribute: ${JSON.stringify(value)}`);
  return plain;
}
