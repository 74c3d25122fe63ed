/** `npm start -- --demo-data`: made-up traffic for a gateway that has none, before anybody is told that it serves. */
import type { ConnectOptions } from "#db/client.ts";
import type { Config } from "../config/config.ts";
import { addDemoData } from "../demo-data/demo-data.ts";
import { isGatewayError } from "../errors.ts";
import { withSealed } from "./sealed-clients.ts";
import { StartError } from "./start-error.ts";

/** @throws StartError where made-up figures must not be */
export async function startDemoData(
  target: ConnectOptions["target"],
  encryptionKey: string,
  config: Config,
  nowMs: number,
): Promise<void> {
  if (config.production) throw refused("this gateway is marked as production");
  const tools = { nowMs: () => nowMs, timezone: () => config.timezone, keyRules: () => config.keyRules };
  const models = config.deployments.map(({ id, modelGroup, provider, upstreamModel }) => ({
    name: modelGroup,
    provider,
    upstream: upstreamModel,
    deploymentId: id,
  }));
  try {
    await withSealed(target, encryptionKey, (sql, db) => addDemoData(sql, db, tools, models));
  } catch (error) {
    if (isGatewayError(error) && error.code === "conflict")
      throw refused("its database holds real keys or calls");
    throw error;
  }
}

function refused(why: string): StartError {
  return new StartError("demo_data_refused", `--demo-data is refused: ${why}`, {
    advice:
      "Start without it, or look at the made-up figures in a folder of their own: --data ./demo --port 4001.",
  });
}
