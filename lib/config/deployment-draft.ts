/** The shape that the table of one `model_list` entry fills. */

/** One entry as read, before provider and id are worked out. */
export interface DeploymentDraft {
  model: string | null;
  customProvider: string | null;
  apiKey: string | null;
  apiBase: string | null;
  apiVersion: string | null;
  organization: string | null;
  rpm: number | null;
  tpm: number | null;
  rph: number | null;
  tph: number | null;
  rpd: number | null;
  tpd: number | null;
  maxParallelRequests: number | null;
  maxBudgetNanoUsd: bigint | null;
  budgetDuration: string | null;
  routingHint: boolean | null;
  weight: number | null;
  order: number | null;
  timeoutMs: number | null;
  streamTimeoutMs: number | null;
  maxRetries: number | null;
  extraHeaders: Readonly<Record<string, string>>;
  extraBody: Readonly<Record<string, unknown>>;
  dropParams: boolean | null;
  additionalDropParams: readonly string[];
  allowedKeys: readonly string[] | null;
  accessGroups: readonly string[];
  baseModel: string | null;
  cooldownMs: number | null;
  credentialName: string | null;
  id: string | null;
  inputPrice: bigint | null;
  outputPrice: bigint | null;
  cacheReadPrice: bigint | null;
  cacheWritePrice: bigint | null;
  reasoningPrice: bigint | null;
  requestPrice: bigint | null;
  audioInputPrice: bigint | null;
  audioOutputPrice: bigint | null;
  flexInputPrice: bigint | null;
  flexOutputPrice: bigint | null;
  flexCacheReadPrice: bigint | null;
  priorityInputPrice: bigint | null;
  priorityOutputPrice: bigint | null;
  priorityCacheReadPrice: bigint | null;
}

/** A draft with nothing said. */
export function emptyDeployment(): DeploymentDraft {
  return {
    model: null,
    customProvider: null,
    apiKey: null,
    apiBase: null,
    apiVersion: null,
    organization: null,
    rpm: null,
    tpm: null,
    rph: null,
    tph: null,
    rpd: null,
    tpd: null,
    maxParallelRequests: null,
    maxBudgetNanoUsd: null,
    budgetDuration: null,
    routingHint: null,
    weight: null,
    order: null,
    timeoutMs: null,
    streamTimeoutMs: null,
    maxRetries: null,
    extraHeaders: {},
    extraBody: {},
    dropParams: null,
    additionalDropParams: [],
    allowedKeys: null,
    accessGroups: [],
    baseModel: null,
    cooldownMs: null,
    credentialName: null,
    id: null,
    inputPrice: null,
    outputPrice: null,
    cacheReadPrice: null,
    cacheWritePrice: null,
    reasoningPrice: null,
    requestPrice: null,
    audioInputPrice: null,
    audioOutputPrice: null,
    flexInputPrice: null,
    flexOutputPrice: null,
    flexCacheReadPrice: null,
    priorityInputPrice: null,
    priorityOutputPrice: null,
    priorityCacheReadPrice: null,
  };
}
