/** What every answer must be, whatever was asked: JSON with a request id, in time, and silent about how we are made. */
import { expect } from "vitest";
import type { Answer } from "#test/helpers/gateway.ts";
import type { Send, Sent } from "#test/helpers/mounts.ts";

export const DEADLINE_MS = 5_000;

/** Words that only our insides use. */
const INSIDES = [
  /\n\s+at .+:\d+:\d+/, // a stack
  /node_modules|file:\/\/|\/lib\/|\/tmp\/|\.ts\b/,
  /syntax error at|invalid input syntax|relation "|column "|duplicate key value|violates .+ constraint/i,
  /\b(select|insert into|update) .+ (from|values|set) /i,
  /PostgresError|DrizzleQueryError|Failed query|ECONN|TypeError|RangeError|undefined/,
];

/** Sends within the deadline and checks what comes back. `sentText` may be quoted in an answer and proves nothing. */
export async function sendAndCheck(
  send: Send,
  method: string,
  path: string,
  given: Sent,
  sentText = "",
): Promise<Answer> {
  const answer = await send(method, path, { ...given, signal: AbortSignal.timeout(DEADLINE_MS) });
  const shown = `${method} ${path} ${JSON.stringify(given)?.slice(0, 500)} gave ${answer.status} ${answer.text.slice(0, 500)}`;
  expect(answer.status, shown).toBeLessThan(500);
  expect(answer.headers["x-request-id"], shown).toMatch(/^[A-Za-z0-9_.:-]{1,64}$/);
  if (answer.status === 204 || method === "HEAD") return answer;
  const type = String(answer.headers["content-type"]);
  // Streams and exports; a refusal is JSON wherever it comes from.
  if (
    answer.status < 400 &&
    /^(text\/event-stream|text\/plain; version=0\.0\.4|application\/jsonl)\b/.test(type)
  )
    return answer;
  expect(answer.headers["content-type"], shown).toBe("application/json");
  if (answer.status >= 400) expectEnvelope(answer, shown, sentText);
  return answer;
}

function expectEnvelope(answer: Answer, shown: string, sentText: string): void {
  expect(Object.keys(answer.json), shown).toEqual(["error"]);
  const { error } = answer.json;
  expect(error, shown).toMatchObject({
    message: expect.stringMatching(/./),
    type: expect.stringMatching(/./),
  });
  expect(String(error.code), shown).toBe(String(answer.status));
  expect(error, shown).toHaveProperty("param");
  for (const inside of INSIDES) {
    const found = inside.exec(String(error.message));
    if (found) expect(sentText, `${shown}\nshows its insides: ${found[0]}`).toContain(found[0]);
  }
}
