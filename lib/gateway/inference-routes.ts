/** Where the inference endpoints are served: plain, under `/engines/{model}` and as Azure's `/openai/deployments/{model}`. */
import { CHAT, COMPLETIONS, EMBEDDINGS, type Endpoint, MODERATIONS } from "./endpoints.ts";
import { runInference } from "./inference.ts";
import type { KeyRoute } from "./routes.ts";

const plain = (endpoint: Endpoint): KeyRoute => ({
  method: "POST",
  path: endpoint.operation,
  access: "inference",
  run: (deps, context) => runInference(deps, context, endpoint, null),
});

/** `{model*}` may hold slashes; the operation ends the path. */
const underModel = (prefix: string, endpoint: Endpoint): KeyRoute => ({
  method: "POST",
  path: `${prefix}/{model*}${endpoint.operation}`,
  access: "inference",
  run: (deps, context) => runInference(deps, context, endpoint, context.params["model"] ?? null),
});

const GENERATING = [CHAT, COMPLETIONS, EMBEDDINGS];

export const INFERENCE_ROUTES: readonly KeyRoute[] = [
  ...[...GENERATING, MODERATIONS].map(plain),
  // `/chat/completions` ends with `/completions`: the longer operation is looked at first.
  ...GENERATING.map((endpoint) => underModel("/engines", endpoint)),
  ...GENERATING.map((endpoint) => underModel("/openai/deployments", endpoint)),
];
