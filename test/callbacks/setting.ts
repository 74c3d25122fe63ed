/** Destinations on loopback that keep what they are sent, and a gateway whose calls are written straight into its ledger. */

import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { isCallbackJob } from "#lib/callbacks/jobs.ts";
import { newId } from "#lib/ids.ts";
import type { SpendRecord } from "#lib/ledger/record.ts";
import { atEnd } from "#test/helpers/at-end.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { record } from "#test/ledger/setting.ts";

export interface Got {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Receiver {
  readonly origin: string;
  readonly got: Got[];
  /** What it answers from now on; null: nothing, the connection stays open. */
  answer: { readonly status: number; readonly body: string } | null;
  /** Ends every connection that waits. */
  readonly cut: () => void;
}

export async function receiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const { headers, method = "", url: path = "" } = request;
      made.got.push({ method, path, headers, body });
      if (made.answer) response.writeHead(made.answer.status).end(made.answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const made: Receiver = {
    origin: `http://127.0.0.1:${port}`,
    got: [],
    answer: { status: 200, body: "" },
    cut: () => server.closeAllConnections(),
  };
  return made;
}

export interface Standing {
  readonly state: string;
  readonly failures: number;
  readonly delivered_up_to: string | null;
  readonly error: string | null;
  readonly next_try_at: string | null;
}

/** @param yaml of litellm_settings, indented by two */
export async function callbackSetting(yaml: string, env: Record<string, string> = {}, general = "") {
  const clock = manualClock();
  const gateway: TestGateway = await testGateway({
    clock,
    env,
    yaml: `general_settings:\n  allow_private_api_base: true\n${general}litellm_settings:\n${yaml}`,
  });
  const { deps } = gateway.runtime;
  const standing = async (): Promise<Standing> => {
    const [first] = (await gateway.call("GET", "/callbacks")).json.callbacks;
    return first ?? { state: "gone", failures: 0, delivered_up_to: null, error: null, next_try_at: null };
  };
  return {
    gateway,
    clock,
    deps,
    standing,
    /** Settles a call of now, or of `agoMs` before; @returns its id */
    settle: async (fields: Partial<SpendRecord> = {}, agoMs = 0): Promise<string> => {
      const startedAtMs = clock.now() - agoMs;
      const id = newId("req", startedAtMs);
      await deps.ledger.settle(record({ id, startedAtMs, durationMs: agoMs + 5, ...fields }));
      return id;
    },
    /** Waits until everything of now was passed, or delivering it has failed once more. */
    deliver: async (waitMs = 6_000): Promise<Standing> => {
      const now = clock.now();
      const before = await standing();
      let after = before;
      const open = () => deps.sql`select state from jobs where kind like 'callback.%' and state <> 'done'`;
      const tried = async () => {
        after = await standing();
        return after.failures > before.failures || Date.parse(after.delivered_up_to ?? "") > now;
      };
      await until("a delivery was tried", async () => {
        clock.advance(waitMs);
        // The gateway's own hand may have taken it already: what it has begun it ends, or it would be tried twice. It
        // may also have begun before the last record was there.
        await until(
          "none is under way",
          async () => !(await open()).some(({ state }) => state === "running"),
        );
        if (await tried()) return true;
        await deps.jobs.runDue(deps, Number.POSITIVE_INFINITY, isCallbackJob);
        return (await tried()) || (await open()).length === 0;
      });
      return after;
    },
  };
}

export const ids = (got: readonly Got[]): string[] =>
  got.flatMap(({ body }) => JSON.parse(body.toString()).map(({ id }: { id: string }) => id));
