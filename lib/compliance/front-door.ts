/** The gateway's front door as the self-test uses it: requests go the whole way that anybody's go. */

export interface ProbeCall {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Null: no key at all. */
  readonly key: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Address that the call comes from. */
  readonly peer: string;
}

export interface ProbeAnswer {
  readonly status: number;
  /** `error.type`, or empty. */
  readonly errorType: string;
  readonly durationMs: number;
}

export type FrontDoor = (call: ProbeCall) => Promise<ProbeAnswer>;
