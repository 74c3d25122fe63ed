/** Which members of `litellm_params` are credentials, or may hold one: they are sealed and never shown. Pure. */
import { DEPLOYMENT_SETTINGS } from "../config/deployment-settings.ts";

export type Params = Readonly<Record<string, unknown>>;

/** Free maps that are sent to the provider: what stands in them is nobody else's business. */
const FREE_MAPS = ["extra_headers", "headers", "extra_body"];

const WORDS =
  /secret|passw|credential|authorization|cookie|api[_-]?key|access[_-]?key|private[_-]?key|^aws_/i;
const ENDINGS = /(^|[_-])(token|auth|key)$/i;

/** Names that are acted on and hold no credential, whatever they sound like (`input_cost_per_token`). */
const KNOWN_OPEN = new Set(
  DEPLOYMENT_SETTINGS.filter(
    ({ member }) => !["apiKey", "extraHeaders", "extraBody"].includes(member),
  ).flatMap(({ at }) => at.map((path) => path.slice(path.indexOf(".") + 1))),
);

/** True when a name says secret: `api_key`, `aws_secret_access_key`, `Authorization`, `client_secret`. */
export function saysSecret(name: string): boolean {
  if (KNOWN_OPEN.has(name) || /_cost(_|$)|cost_per/.test(name)) return false;
  return WORDS.test(name) || ENDINGS.test(name);
}

/** True when the member, or anything inside it, says secret. */
export function holdsSecret(name: string, value: unknown): boolean {
  return saysSecret(name) || FREE_MAPS.includes(name) || hasSecretInside(value);
}

function hasSecretInside(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, inner]) => saysSecret(name) || hasSecretInside(inner));
}

/** Members parted by whether they may stand in the open. */
export function partParams(params: Params): { readonly open: Params; readonly secret: Params } {
  const pairs = Object.entries(params);
  const isSecret = ([name, value]: [string, unknown]) => holdsSecret(name, value);
  return {
    open: Object.fromEntries(pairs.filter((pair) => !isSecret(pair))),
    secret: Object.fromEntries(pairs.filter(isSecret)),
  };
}

/** A map without its members that say secret, for showing. */
export function withoutSecrets(map: Params): Params {
  return Object.fromEntries(Object.entries(map).filter(([name, value]) => !holdsSecret(name, value)));
}
