/** What the contract suite configures, sends and looks up, in few words. */
import { createLog, type Log } from "#lib/log.ts";
import { MASTER_KEY, type TestGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";

/** The provider's credential; it must never come out anywhere. */
export const PROVIDER_KEY = "sk-provider-canary-5f1c9a7e3b";

/** An entry of `model_list` on a test provider: a dollar a million tokens in, two out. */
export const deployment = (
  name: string,
  apiBase: string,
  params: Record<string, unknown> = {},
  info: Record<string, unknown> = {},
) => ({
  model_name: name,
  litellm_params: {
    model: "openai/upstream-model",
    api_key: PROVIDER_KEY,
    api_base: apiBase,
    input_cost_per_token: 0.000001,
    output_cost_per_token: 0.000002,
    ...params,
  },
  model_info: info,
});

/** config.yaml of those parts; JSON is YAML. */
export const config = (models: readonly unknown[], sections: Record<string, unknown> = {}): string =>
  JSON.stringify({ model_list: models, ...sections });

/** A chat body. */
export const chat = (model: string, fields: Record<string, unknown> = {}) => ({
  model,
  messages: [{ role: "user", content: "hello" }],
  ...fields,
});

/** A log whose lines a test can read. */
export function capturedLog() {
  let text = "";
  const destination = {
    write: (lines: string) => {
      text += lines;
    },
  };
  const log: Log = createLog({ level: "debug", json: true, color: false, destination });
  return {
    log,
    text: () => text,
    /** The line of an answered request. Lines are written in batches, so it is waited for. */
    lineOf: async (headers: Record<string, string>): Promise<string> => {
      const id = headers["x-shin-request-id"] ?? "no id";
      await until(`the log has a line of ${id}`, () => text.includes(id));
      return text.split("\n").find((line) => line.includes(id)) ?? "";
    },
  };
}

/** The spend record of an answered call, by its answer's own request id. */
export async function recordOf(gateway: TestGateway, headers: Record<string, string>) {
  await gateway.runtime.deps.ledger.flush();
  const id = headers["x-shin-request-id"] ?? "";
  const [row] = await gateway.database.sql`select * from spend_records where id = ${id}`;
  if (!row) throw new Error(`no spend record ${id}`);
  return row;
}

/** The data of each event of an event stream, `[DONE]` as text. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into events by name, and fail on what is not there
export function events(text: string): any[] {
  return text
    .split("\n\n")
    .filter((event) => event.trim() !== "")
    .map((event) => event.replace(/^data: /, ""))
    .map((data) => (data === "[DONE]" ? data : JSON.parse(data)));
}

/** Reads a streamed answer as a browser does, compressed if the server likes; `onBytes` is told of each piece. */
export async function readStream(url: string, body: unknown, onBytes: (text: string) => void) {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${MASTER_KEY}`, "accept-encoding": "gzip, br" },
    body: JSON.stringify(body),
  });
  if (!answer.body) throw new Error("an answer without a body");
  let text = "";
  for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
    text += part;
    onBytes(part);
  }
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text };
}
