/** Two gateways over one database, as two machines have it: what one changes the other must hear. */
import { expect } from "vitest";
import { type ManualClock, manualClock } from "#test/helpers/clock.ts";
import { type Answer, type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";

export interface Pair {
  readonly clock: ManualClock;
  readonly here: TestGateway;
  readonly there: TestGateway;
}

/** A promise of the product, not a patience of the test. */
export const HEARD_WITHIN_MS = 1_000;

export async function twoGateways(): Promise<Pair> {
  // Postgres judges the grace of a rotation by its own clock, so this one starts with it.
  const clock = manualClock(Date.now());
  const here = await testGateway({ clock });
  const there = await testGateway({ clock, database: here.database });
  return { clock, here, there };
}

export function call(gateway: TestGateway, key: string, model = "gpt-4"): Promise<Answer> {
  const body = { model, messages: [{ role: "user", content: "hi" }] };
  return gateway.call("POST", "/v1/chat/completions", { key, body });
}

/** A change through the API. @returns the answer's body */
export async function change(gateway: TestGateway, path: string, body: unknown) {
  const answer = await gateway.call("POST", path, { body });
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
}

/** Waits until the other gateway answers so, as long as the product promises. */
export async function heard(
  gateway: TestGateway,
  key: string,
  status: number,
  model?: string,
): Promise<void> {
  const answered = async () => (await call(gateway, key, model)).status === status;
  await until(`the other gateway answers ${status}`, answered, HEARD_WITHIN_MS);
}
