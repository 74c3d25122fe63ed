/** `POST /model/test`: one tiny real call to a deployment, there already or not yet, and what the provider made of it. */
import { lockStoredDeployment } from "#db/queries/deployments.ts";
import { writeAudit } from "#lib/audit/audit.ts";
import type { Config, Deployment } from "#lib/config/config.ts";
import { mergeEntry } from "#lib/deployments/merge.ts";
import { readStored, type StoredEntry } from "#lib/deployments/reading.ts";
import { testModelSchema } from "#lib/deployments/schema.ts";
import { demoAnswer } from "#lib/providers/demo.ts";
import { upstreamHeaders, upstreamUrl } from "#lib/providers/request.ts";
import type { UpstreamAnswer } from "#lib/providers/upstream.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import { readCall } from "./call.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { CHAT, EMBEDDINGS } from "./endpoints.ts";
import { json } from "./http.ts";
import { outgoingBody } from "./outgoing.ts";
import type { KeyRoute } from "./routes.ts";
import { failureOfError, failureOfStatus } from "./upstream-errors.ts";

/** Under the deadline of admin requests, so that the answer is the test's own. */
const LONGEST_MS = 10_000;
const MOST_BYTES = 256 * 1024;
const DRAFT = "dep_draft";

interface Tested {
  readonly ok: boolean;
  /** The provider's; 0 when it could not be reached. */
  readonly status: number;
  readonly ms: number;
  readonly message: string;
}

export const testModel: KeyRoute["run"] = async (deps, context) => {
  const body = await readBody(context, testModelSchema);
  const { config } = context.policy;
  const deployment = await deploymentToTest(deps, config, body);
  if (deployment.unusable !== null)
    throw new GatewayError("invalid_request", `It cannot be called: ${deployment.unusable}`, {
      param: "litellm_params",
    });
  const mode = body.mode ?? (deployment.modelInfo["mode"] === "embedding" ? "embedding" : "chat");
  const tested = await callOnce(deps, context, deployment, mode);
  await deps.db.transaction((tx) =>
    writeAudit(tx, actorOf(context), deps.clock.now(), {
      action: "deployment.test",
      target: { kind: "deployment", id: body.id ?? DRAFT },
      before: null,
      after: { model: `${deployment.provider}/${deployment.upstreamModel}`, ...tested },
    }),
  );
  return json(200, tested);
};

/** @throws GatewayError not_found, invalid_request with every fault of a draft */
async function deploymentToTest(
  deps: GatewayDeps,
  config: Config,
  {
    id,
    litellm_params: params,
  }: { id?: string | null | undefined; litellm_params?: StoredEntry["params"] | null | undefined },
): Promise<Deployment> {
  if (!params) {
    const known = config.deployments.find((one) => one.id === id);
    if (known) return known;
    throw new GatewayError("not_found", "There is no such model: send id, litellm_params or both.", {
      param: "id",
    });
  }
  const entry = id ? await changed(deps, config, id, params) : draft(params);
  const { deployment, faults } = readStored(entry, config);
  if (deployment) return deployment;
  throw new GatewayError("invalid_request", faults.join("; "), { param: "litellm_params" });
}

function draft(params: StoredEntry["params"]): StoredEntry {
  return { id: DRAFT, modelName: "draft", params, modelInfo: {} };
}

/** As an update would make it; a credential that stays goes to its own address alone. */
async function changed(deps: GatewayDeps, config: Config, id: string, params: StoredEntry["params"]) {
  const row = await deps.db.transaction((tx) => lockStoredDeployment(tx, id));
  if (!row) throw new GatewayError("not_found", "There is no such model.", { param: "id" });
  return mergeEntry(row, { litellm_params: params, model_info: {} }, config).entry;
}

async function callOnce(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  deployment: Deployment,
  mode: "chat" | "embedding",
): Promise<Tested> {
  const startedMs = deps.clock.monotonic();
  const passedMs = () => Math.round(deps.clock.monotonic() - startedMs);
  let deadline: NodeJS.Timeout | undefined;
  try {
    const answer = await send(deps, context, deployment, mode);
    deadline = setTimeout(
      () => answer.abort(Object.assign(new Error("the answer took too long"), { code: "ANSWER_TIMEOUT" })),
      LONGEST_MS,
    );
    const text = (await answer.readAll(MOST_BYTES)) ?? Buffer.alloc(0);
    const { status } = answer;
    const ms = passedMs();
    if (status >= 200 && status < 300) return { ok: true, status, ms, message: "The provider answered." };
    return { ok: false, status, ms, message: wordsOf(deployment, status, text) };
  } catch (error) {
    const { error: failure, status } = failureOfError(deployment, error);
    return { ok: false, status, ms: passedMs(), message: plain(failure.details.internal ?? failure.message) };
  } finally {
    clearTimeout(deadline);
  }
}

function send(
  deps: GatewayDeps,
  { policy: { config }, request }: AuthenticatedContext,
  deployment: Deployment,
  mode: "chat" | "embedding",
): Promise<UpstreamAnswer> {
  const endpoint = mode === "chat" ? CHAT : EMBEDDINGS;
  const asked =
    mode === "chat"
      ? { model: "test", messages: [{ role: "user", content: "Hi" }], max_tokens: 1 }
      : { model: "test", input: "Hi" };
  const call = readCall(Buffer.from(JSON.stringify(asked)), endpoint, null, { get: () => null });
  const body = outgoingBody(config, deployment, endpoint, call);
  if (deployment.provider === "demo")
    return demoAnswer(endpoint.operation, body, deps.clock, request.departure);
  return deps.upstreams.send({
    url: upstreamUrl(deployment, endpoint.operation),
    headers: upstreamHeaders(deployment),
    body,
    connectTimeoutMs: Math.min(config.connectTimeoutMs, LONGEST_MS),
    firstByteTimeoutMs: LONGEST_MS,
    idleTimeoutMs: LONGEST_MS,
    rule: deployment.guarded ? { allowInternal: config.allowPrivateApiBase } : null,
    departure: request.departure,
  });
}

/** What the provider said, its credential hidden; of a refused credential only that: such texts quote it. */
function wordsOf(deployment: Deployment, status: number, body: Buffer): string {
  if (status === 401 || status === 403) return "The provider refused the key.";
  return plain(failureOfStatus(deployment, status, body, null, false).error.message);
}

/** Without the class that LiteLLM's clients look for. */
function plain(message: string): string {
  return message.replace(/^litellm\.\w+: \w+ - /, "");
}
