/**
 * One kept-alive HTTP/1.1 connection on a raw socket: write a prepared request, learn when its answer is complete.
 * A client library would cost more processor time than what is measured, and queue where nobody sees it.
 */
import { connect, type Socket } from "node:net";

export interface HttpConnection {
  /** Sends one prepared request; one at a time. */
  send(request: Buffer, onAnswer: (status: number) => void): void;
  close(): void;
}

const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "0\r\n\r\n";

/** Connects to `origin`; `onFailure` hears of anything that ends the connection before `close`. */
export async function openConnection(
  origin: string,
  onFailure: (error: Error) => void,
): Promise<HttpConnection> {
  const { hostname, port } = new URL(origin);
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opening = connect({ host: hostname, port: Number(port), noDelay: true });
    opening.once("connect", () => resolve(opening));
    opening.once("error", reject);
  });
  let received = "";
  let waiting: ((status: number) => void) | null = null;
  socket.on("data", (bytes) => {
    received = received === "" ? bytes.toString("latin1") : received + bytes.toString("latin1");
    if (!isComplete(received)) return;
    const status = Number(received.slice(9, 12));
    received = "";
    const answered = waiting;
    waiting = null;
    answered?.(status);
  });
  socket.on("error", onFailure);
  socket.on("end", () => onFailure(new Error("The server closed the connection.")));
  return {
    send(request, onAnswer) {
      waiting = onAnswer;
      socket.write(request);
    },
    close() {
      socket.removeAllListeners("end");
      socket.destroy();
    },
  };
}

/** The bytes of a request that is sent again and again. */
export function prepareRequest(
  origin: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: ${new URL(origin).host}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n${lines.join("")}\r\n${body}`,
  );
}

/** Enough for what the benchmark's servers send: a length, or chunks without trailers. */
function isComplete(text: string): boolean {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd < 0) return false;
  const head = text.slice(0, headEnd).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (length === undefined) return text.endsWith(LAST_CHUNK);
  return text.length >= headEnd + HEAD_END.length + Number(length);
}
