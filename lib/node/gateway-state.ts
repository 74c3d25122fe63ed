/**
 * What of the gateway pages show as it is in force. The gateway says what changed before it hands on a request, and stamps the
 * request with the number of that state; the console waits for that number. So a page shows at once what the person before it
 * has changed, and nothing is told while nobody looks.
 */
import { isDeepStrictEqual } from "node:util";
import { freeze } from "../config/freeze.ts";
import type { GatewayDeps } from "../gateway/context.ts";
import type { GatewayState } from "./console-messages.ts";

/** Stamped on a request for the console; the door drops it from clients' requests. */
export const STATE_HEADER = "x-shin-state";

/** The gateway's side. */
export class StateTold {
  readonly #deps: GatewayDeps;
  /** As it was told last. */
  state: GatewayState;
  number = 0;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    this.state = stateOf(deps);
  }

  /** What is not as it was told last, and from now on counts as told; null when all is. */
  changes(): Partial<GatewayState> | null {
    const now = stateOf(this.#deps);
    const changed: Partial<GatewayState> = {
      // Put in force as a whole, and too large to compare.
      ...(now.config === this.state.config ? {} : { config: now.config }),
      ...ifOther(this.state, now, "freezes"),
      ...ifOther(this.state, now, "masterKeys"),
      ...ifOther(this.state, now, "resting"),
      ...ifOther(this.state, now, "workers"),
    };
    if (Object.keys(changed).length === 0) return null;
    this.state = now;
    this.number += 1;
    return changed;
  }
}

function ifOther<Name extends keyof GatewayState>(
  before: GatewayState,
  now: GatewayState,
  name: Name,
): Partial<GatewayState> {
  return isDeepStrictEqual(before[name], now[name]) ? {} : { [name]: now[name] };
}

function stateOf({ clock, cooldown, policy, safeguards, workers }: GatewayDeps): GatewayState {
  return {
    config: policy().config,
    freezes: safeguards.freezes?.all ?? [],
    masterKeys: safeguards.masterKeys.keys,
    resting: cooldown.resting(clock.now()),
    workers: workers(),
  };
}

/** Told of the state as it is now, and of what changed. */
type OnChange = (state: GatewayState, changed: Partial<GatewayState>) => void;

/** The console's side. */
export class StateHeard {
  #number: number;
  readonly #onChange: OnChange;
  #waiting: { readonly number: number; readonly resolve: () => void }[] = [];
  state: GatewayState;

  constructor(number: number, state: GatewayState, onChange: OnChange) {
    this.#number = number;
    this.#onChange = onChange;
    this.state = frozen(state);
    onChange(this.state, this.state);
  }

  heard(number: number, changed: Partial<GatewayState>): void {
    this.#number = number;
    this.state = frozen({ ...this.state, ...changed });
    this.#onChange(this.state, changed);
    for (const { resolve } of this.#waiting.filter((one) => one.number <= number)) resolve();
    this.#waiting = this.#waiting.filter((one) => one.number > number);
  }

  /** Resolves when the state with this number, or a later one, was heard. */
  async reached(number: number): Promise<void> {
    if (number <= this.#number) return;
    await new Promise<void>((resolve) => this.#waiting.push({ number, resolve }));
  }
}

const frozen = (state: GatewayState): GatewayState => ({ ...state, config: freeze(state.config) });
