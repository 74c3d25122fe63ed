/**
 * Opens many streams at once and reads each to its end. Run as `node stream-client.ts '<StreamOrder as JSON>'`;
 * prints one line of figures. Each stream is checked: all its chunks, the usage, the end mark.
 */
import { Agent, request } from "node:http";
import { median, percentile } from "./statistics.ts";
import { CHAT_PATH, STREAM_BODY } from "./workload.ts";

export interface StreamOrder {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly streams: number;
  readonly chunks: number;
}

export interface StreamFigures {
  /** From the first request sent to the last stream read to its end. */
  readonly totalMs: number;
  readonly firstByteP50Ms: number;
  readonly firstByteP99Ms: number;
}

interface OneStream {
  readonly firstByteMs: number;
}

async function readAll(order: StreamOrder): Promise<StreamFigures> {
  const agent = new Agent({ keepAlive: false, maxSockets: order.streams });
  const start = performance.now();
  const read = await Promise.all(Array.from({ length: order.streams }, () => readOne(order, agent)));
  const totalMs = performance.now() - start;
  const firstBytes = read.map((one) => one.firstByteMs).sort((a, b) => a - b);
  return { totalMs, firstByteP50Ms: median(firstBytes), firstByteP99Ms: percentile(firstBytes, 99) };
}

function readOne(order: StreamOrder, agent: Agent): Promise<OneStream> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    let firstByteMs = 0;
    let text = "";
    const call = request(order.origin + CHAT_PATH, {
      method: "POST",
      agent,
      headers: {
        ...order.headers,
        "Content-Type": "application/json",
        "Content-Length": Buffer.byteLength(STREAM_BODY),
      },
    });
    call.once("error", reject);
    call.once("response", (answer) => {
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        if (text === "") firstByteMs = performance.now() - start;
        text += part;
      });
      answer.once("error", reject);
      answer.once("end", () => {
        const fault = faultOf(answer.statusCode ?? 0, text, order.chunks);
        if (fault === null) resolve({ firstByteMs });
        else reject(new Error(`A stream from ${order.origin} ${fault}`));
      });
    });
    call.end(STREAM_BODY);
  });
}

function faultOf(status: number, text: string, chunks: number): string | null {
  if (status !== 200) return `was refused with ${status}: ${text.slice(0, 300)}`;
  const contents = text.split('"content":').length - 1;
  if (contents !== chunks) return `had ${contents} of ${chunks} chunks.`;
  if (!text.includes('"total_tokens"')) return "had no usage.";
  return text.endsWith("data: [DONE]\n\n") ? null : "had no end mark.";
}

if (import.meta.main) {
  const order: StreamOrder = JSON.parse(process.argv[2] ?? "");
  console.log(JSON.stringify(await readAll(order)));
}
