/** For tests of kept contents: a gateway that keeps them, and what stands in the table. */
import type { Clock } from "#lib/clock.ts";
import type { Log } from "#lib/log.ts";
import { type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import { type RawUpstream, rawUpstream } from "#test/helpers/upstream.ts";

/** 32 bytes, of tests. */
export const ENCRYPTION_KEY = "5f".repeat(32);

export interface KeepingGateway extends TestGateway {
  readonly upstream: RawUpstream;
  readonly yaml: (settings: string) => string;
  /** Sends a chat call. @returns its record's id */
  readonly say: (body: Record<string, unknown>, call?: SayOptions) => Promise<string>;
  /** Ids of calls of which something is kept. */
  readonly keptIds: () => Promise<string[]>;
}

interface SayOptions {
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly path?: string;
}

export const ON = "  store_prompts_in_spend_logs: true\n";

/** @param settings lines below `general_settings:` */
export async function keepingGateway(
  settings: string,
  options: { readonly clock?: Clock; readonly log?: Log } = {},
): Promise<KeepingGateway> {
  const upstream = await rawUpstream();
  const yaml = (lines: string) => `
model_list:
  - model_name: talk
    litellm_params:
      model: openai/talk-upstream
      api_base: ${upstream.url}
      api_key: sk-provider
general_settings:
  ledger_acknowledge: commit
${lines}`;
  const gateway = await testGateway({
    yaml: yaml(settings),
    env: { SHIN_ENCRYPTION_KEY: ENCRYPTION_KEY },
    ...options,
  });
  const { deps } = gateway.runtime;
  return {
    ...gateway,
    upstream,
    yaml,
    say: async (body, { path = "/v1/chat/completions", ...call } = {}) => {
      const answer = await gateway.call("POST", path, { body: { model: "talk", ...body }, ...call });
      const id = answer.headers["x-shin-request-id"];
      if (answer.status !== 200 || id === undefined) throw new Error(answer.text);
      return id;
    },
    keptIds: async () => {
      await deps.contents.flush();
      const rows = await deps.sql<{ record_id: string }[]>`select record_id from call_contents order by at`;
      return rows.map((row) => row.record_id);
    },
  };
}

/** A chat of one message. */
export const message = (content: string, more: Record<string, unknown> = {}) => ({
  messages: [{ role: "user", content }],
  ...more,
});
