/** However a network cuts a stream into pieces, the client gets the same bytes and the ledger the same usage. */
import { expect, test } from "vitest";
import { StreamMeter } from "#lib/gateway/meter.ts";
import { fc } from "#test/helpers/fast-check.ts";

const chunk = (fields: object) => ({
  id: "c1",
  object: "chat.completion.chunk",
  model: "upstream-1",
  ...fields,
});
const delta = (content: string) =>
  chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const usage = (prompt: number, completion: number) =>
  chunk({ choices: [], usage: { prompt_tokens: prompt, completion_tokens: completion } });

const newline = fc.constantFrom("\n", "\r\n");
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => JSON.stringify(delta(text))),
  },
  { weight: 1, arbitrary: fc.tuple(fc.nat(1000), fc.nat(1000)).map(([p, c]) => JSON.stringify(usage(p, c))) },
  { weight: 1, arbitrary: fc.constant(JSON.stringify(chunk({ choices: [], usage: null }))) },
);
const line = fc.oneof(
  { weight: 8, arbitrary: event.map((data) => ({ data, text: `data: ${data}` })) },
  { weight: 1, arbitrary: fc.constant({ data: "", text: ": keep-alive" }) },
);
const streams = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 20 }),
  end: newline,
  done: fc.boolean(),
  /** The provider leaves out the last blank line. */
  open: fc.boolean(),
  error: fc.option(fc.nat(20)),
});
type Stream = typeof streams extends fc.Arbitrary<infer S> ? S : never;

function textOf({ lines, end, done, open, error }: Stream): string {
  const texts = lines.map(({ text }) => text);
  if (error !== null)
    texts.splice(error % (texts.length + 1), 0, 'data: {"error":{"message":"broken","code":500}}');
  if (done) texts.push("data: [DONE]");
  const whole = texts.map((text) => `${text}${end}${end}`).join("");
  return open ? whole.slice(0, -2 * end.length) : whole;
}

function run(pieces: readonly Buffer[], publicModel: string, keepUsageChunk: boolean) {
  const meter = new StreamMeter({ publicModel, keepUsageChunk, promptTokens: 9 });
  const out: Buffer[] = [];
  // As the relay does: nothing is read any more once an error has come.
  for (const piece of pieces) if (!meter.error) out.push(Buffer.from(meter.push(piece)));
  if (!meter.error) out.push(meter.end());
  const { done, error, responseId } = meter;
  return { text: Buffer.concat(out).toString(), usage: meter.usage(), done, error, responseId };
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
}

test("any cutting gives the same bytes, usage, id and end", () => {
  fc.assert(
    fc.property(streams, fc.array(fc.nat(), { maxLength: 30 }), fc.boolean(), (stream, places, keep) => {
      const bytes = Buffer.from(textOf(stream));
      expect(run(cut(bytes, places), "public", keep)).toEqual(run([bytes], "public", keep));
    }),
    { numRuns: 500 },
  );
});

test("byte by byte is a cutting too", () => {
  fc.assert(
    fc.property(streams, (stream) => {
      const bytes = Buffer.from(textOf(stream));
      expect(
        run(
          Array.from(bytes, (byte) => Buffer.from([byte])),
          "public",
          false,
        ),
      ).toEqual(run([bytes], "public", false));
    }),
    { numRuns: 100 },
  );
});

test("what goes out is what came in, but for the model's name, the usage nobody asked for and the end mark", () => {
  fc.assert(
    fc.property(streams, fc.array(fc.nat(), { maxLength: 30 }), fc.boolean(), (stream, places, keep) => {
      const clean = { ...stream, error: null, open: false };
      const { end } = clean;
      const { text, usage: seen, done } = run(cut(Buffer.from(textOf(clean)), places), "public", keep);
      const isUsage = (data: string) => data.includes('"usage":{');
      const expected = clean.lines
        .filter(({ data }) => keep || !isUsage(data))
        .map(({ text: own }) => `${own.replace('"model":"upstream-1"', '"model":"public"')}${end}${end}`);
      expect(text).toBe(expected.join(""));
      expect(done).toBe(clean.done);
      const last = clean.lines
        .map(({ data }) => data)
        .filter(isUsage)
        .at(-1);
      if (last === undefined) {
        expect(seen).toMatchObject({ source: "estimated", promptTokens: 9 });
        return;
      }
      const { prompt_tokens, completion_tokens } = JSON.parse(last).usage;
      expect(seen).toMatchObject({
        source: "provider",
        promptTokens: prompt_tokens,
        completionTokens: completion_tokens,
      });
    }),
    { numRuns: 300 },
  );
});
