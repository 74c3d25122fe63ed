/**
 * Deployments that failed rest for a while: at once after 401, 404, 408 or 429, and when more than `allowedFails` calls
 * failed within the running minute and they are more than half of that minute's calls. Time comes in.
 */

interface Health {
  minute: number;
  calls: number;
  failures: number;
  restsUntilMs: number;
}

const AT_ONCE = new Set([401, 403, 404, 408, 429]);
/** Below this many calls a share says nothing. */
const FEWEST_CALLS = 5;

export class Cooldown {
  readonly #health = new Map<string, Health>();

  /** Milliseconds until the deployment may be tried again; 0: now. */
  restsForMs(deploymentId: string, nowMs: number): number {
    return Math.max(0, (this.#health.get(deploymentId)?.restsUntilMs ?? 0) - nowMs);
  }

  /** Deployments that rest now, each with the moment that it may be tried again. */
  resting(nowMs: number): (readonly [deploymentId: string, untilMs: number])[] {
    const all = [...this.#health].map(([id, { restsUntilMs }]) => [id, restsUntilMs] as const);
    return all.filter(([, untilMs]) => untilMs > nowMs);
  }

  succeeded(deploymentId: string, nowMs: number): void {
    this.#minute(deploymentId, nowMs).calls += 1;
  }

  /** @param status what the provider answered; 0 when it could not be reached. @param restMs how long it rests */
  failed(deploymentId: string, status: number, nowMs: number, restMs: number, allowedFails: number): void {
    const health = this.#minute(deploymentId, nowMs);
    health.calls += 1;
    health.failures += 1;
    const often =
      health.failures > allowedFails && health.calls >= FEWEST_CALLS && health.failures * 2 > health.calls;
    if (AT_ONCE.has(status) || often) health.restsUntilMs = nowMs + restMs;
  }

  #minute(deploymentId: string, nowMs: number): Health {
    const minute = Math.floor(nowMs / 60_000);
    let health = this.#health.get(deploymentId);
    if (!health) {
      health = { minute, calls: 0, failures: 0, restsUntilMs: 0 };
      this.#health.set(deploymentId, health);
    } else if (health.minute !== minute) Object.assign(health, { minute, calls: 0, failures: 0 });
    return health;
  }
}
