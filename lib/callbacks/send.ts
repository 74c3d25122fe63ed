/** One HTTP request to a destination, behind the same guard as the webhooks of alerts. */
import { Agent, request } from "undici";
import { guardedLookup, type ResolveHost, requireReachable } from "../providers/guard.ts";

const CONNECT_MS = 5_000;
const ANSWER_MS = 30_000;
const LONGEST_ANSWER = 4 * 1_048_576;

export interface SendOptions {
  /** May a destination be on this machine or in a private network? */
  readonly allowInternal: boolean;
  readonly resolve: ResolveHost;
}

export interface Outgoing {
  readonly method: "POST" | "PUT";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** @returns the body of a 2xx answer. @throws Error naming host and status, and nothing that is secret */
export async function send(
  url: URL,
  { body, headers, method }: Outgoing,
  { allowInternal, resolve }: SendOptions,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  const rule = { allowInternal };
  requireReachable(url.hostname, rule);
  // Of its own for each batch: batches are few, and no idle connection stays behind.
  const agent = new Agent({ connect: { timeout: CONNECT_MS, lookup: guardedLookup(resolve, rule) } });
  try {
    const answer = await request(url, {
      dispatcher: agent,
      method,
      headers,
      body,
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
      signal,
    });
    let text = "";
    for await (const chunk of answer.body) {
      text += String(chunk);
      if (text.length > LONGEST_ANSWER) throw new Error(`${url.hostname} answered without end`);
    }
    if (answer.statusCode >= 200 && answer.statusCode < 300) return { status: answer.statusCode, text };
    throw new Error(`${url.hostname} answered HTTP ${answer.statusCode}${reasonIn(text)}`);
  } finally {
    await agent.destroy();
  }
}

/** S3's and ClickHouse's own word for what was wrong; free text of a stranger is not repeated. */
function reasonIn(text: string): string {
  const word = /<Code>(\w{1,60})<\/Code>/.exec(text)?.[1] ?? /^Code: (\d{1,5})\b/.exec(text)?.[1];
  return word === undefined ? "" : ` (${word})`;
}
