/** What a process knows of those that serve the same port beside it (`SHIN_WORKERS`). */
export interface Workers {
  /** This one's number, from 1. */
  readonly own: number;
  readonly wanted: number;
  /** Those that serve now. */
  readonly running: number;
  /** How many have died and were started again since the gateway started. */
  readonly restarts: number;
}
