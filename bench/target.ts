/** Something that load is sent to: an upstream, a proxy or a gateway. */
export interface Target {
  readonly name: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** What a call must carry besides its content type. */
  readonly headers: Readonly<Record<string, string>>;
  /** The process (with its children) whose memory counts. */
  readonly pid: number;
  /** Begins what goes on beside the load; what it returns ends that. */
  readonly during?: () => () => Promise<void>;
}
