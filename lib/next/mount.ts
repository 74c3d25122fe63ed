/** A Web Request to the gateway and its answer to a Web Response. */
import { departureOf, type GatewayRequest, payloadTooLarge } from "../gateway/http.ts";
import { peerOf } from "./peer.ts";
import { isBehindOwnServer, isConsoleAlone, wholeRuntime } from "./runtime.ts";

/** Has work done once the answer is out, while the platform keeps the instance awake. */
export type Defer = (work: () => Promise<void>) => void;

/** @param defer Next's `after`; without it nothing is deferred */
export async function serveWeb(request: Request, defer?: Defer): Promise<Response> {
  // The door hands on what is the console's, and of that no page took this.
  if (isConsoleAlone())
    return Response.json({ error: { message: "There is nothing here." } }, { status: 404 });
  const { deps, gateway } = await wholeRuntime();
  const { telemetry } = deps;
  // An instance sleeps between requests, and its timers with it.
  if (telemetry !== undefined && !isBehindOwnServer()) defer?.(() => telemetry.flush());
  const answer = await gateway.handle(adapt(request));
  const { body, status } = answer;
  const headers = new Headers();
  for (let i = 0; i < answer.headers.length; i += 2)
    headers.set(answer.headers[i] ?? "", answer.headers[i + 1] ?? "");
  if (status === 204 || request.method === "HEAD") return new Response(null, { status, headers });
  if (typeof body === "string") return new Response(body, { status, headers });
  if (Buffer.isBuffer(body)) return new Response(new Uint8Array(body), { status, headers });
  return new Response(toWebStream(body), { status, headers });
}

function adapt(request: Request): GatewayRequest {
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    url: pathname + search,
    headers: request.headers,
    departure: departureOf(request.signal),
    peer: peerOf(request.headers),
    bytes: (limitBytes) => readBytes(request, limitBytes),
  };
}

async function readBytes(request: Request, limitBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limitBytes) throw payloadTooLarge(limitBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Pulled chunk by chunk, so that the client's pace is the provider's; a cancelled stream returns the iterator, which settles the call. */
function toWebStream(chunks: AsyncIterable<Buffer>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(new Uint8Array(value));
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
