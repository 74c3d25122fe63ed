/** Checks of limits: a ceiling in every layer, and proof that it holds. */
import { keyFacts } from "#db/queries/check-facts.ts";
import type { Limits } from "#lib/config/config.ts";
import { type Check, DAY_MS, failed, passed, plural } from "../check.ts";

const isLimited = ({ maxParallelRequests, rpd, rph, rpm, tpd, tph, tpm }: Limits): boolean =>
  [maxParallelRequests, rpd, rph, rpm, tpd, tph, tpm].some((ceiling) => ceiling !== null);

const layers: Check = {
  id: "rate_limits",
  title: "Rate limiting in every layer",
  requirement: "Rate limiting enabled",
  guide: ["security-4", "pre-7", "layer-4"],
  gdpr: ["32"],
  soc2: ["A1.1", "CC6.6"],
  ask: null,
  fix: {
    steps: [
      "Set litellm_settings.rpm and tpm in config.yaml: what the whole gateway may do",
      "Set rpm and tpm in litellm_params of each model",
      "Set litellm_settings.default_key_generate_params with rpm_limit for keys made from now on",
      "Give the keys without a limit one: they are listed under Keys",
    ],
    link: { href: "/ui/keys", label: "Open Keys" },
  },
  needs: "gateway",
  run: async ({ config, nowMs, sql }) => {
    const long = new Date(nowMs - 90 * DAY_MS);
    const { live, unlimited } = await keyFacts(sql, new Date(nowMs), long, long);
    const models = new Set(config.deployments.map(({ modelGroup }) => modelGroup));
    const limited = new Set(
      config.deployments
        .filter(({ limits, modelGroup }) => {
          const group = config.groupLimits[modelGroup];
          return isLimited(limits) || (group !== undefined && isLimited(group.limits));
        })
        .map(({ modelGroup }) => modelGroup),
    );
    const whole = isLimited(config.globalLimits);
    const facts = {
      gateway: whole,
      models: models.size,
      models_limited: limited.size,
      keys: live,
      unlimited,
    };
    const told = `gateway ${whole ? "limited" : "without a limit"}, ${limited.size} of ${plural(models.size, "model")}, ${live - unlimited} of ${plural(live, "key")}`;
    if (whole && unlimited === 0) return passed(`Limits: ${told}`, facts);
    return failed(`Limits: ${told}`, facts);
  },
};

const proof: Check = {
  id: "rate_limit_test",
  title: "Rate limits tested",
  requirement: "Test rate limits",
  guide: ["post-3", "layer-4"],
  gdpr: ["32"],
  soc2: ["A1.1", "CC4.1"],
  ask: null,
  fix: {
    steps: ["Run the self-test", "If it fails, look at the health page: the store of limits may be away"],
    action: { id: "self_test", label: "Run the self-test" },
  },
  needs: "gateway",
  daily: true,
  run: async ({ selfTest }) => (await selfTest()).verdict("limit"),
};

export const LIMIT_CHECKS: readonly Check[] = [layers, proof];
