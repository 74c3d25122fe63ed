/** What the first process and its workers say to each other, over Node's own channel between parent and child. */
import type { AddressInfo } from "node:net";
import type { Config } from "../config/config.ts";
import type { LogOptions } from "../log.ts";
import type { Figures } from "../metrics/figures.ts";
import type { Workers } from "../workers.ts";
import type { BootOptions } from "./boot.ts";
import { StartError, type StartErrorCode } from "./start-error.ts";

/** All that a worker needs to serve; it reads neither configuration nor secrets by itself. */
export interface Orders extends Pick<BootOptions, "config" | "database" | "dataDir" | "encryptionKey"> {
  readonly kind: "orders";
  readonly worker: number;
  readonly port: number;
  readonly workers: Workers;
  readonly look: Pick<LogOptions, "json" | "color">;
}

/** From the first process to a worker. */
export type ToWorker =
  | Orders
  | { readonly kind: "config"; readonly config: Config }
  | { readonly kind: "workers"; readonly workers: Workers }
  /** Finish what runs, then end. */
  | { readonly kind: "drain"; readonly why: string }
  /** Do not wait for it any longer. */
  | { readonly kind: "cut" }
  /** Say what you have counted. */
  | { readonly kind: "count" }
  /** What all have counted: the answer to `scrape`. */
  | { readonly kind: "counted"; readonly figures: readonly Figures[] };

/** From a worker to the first process. */
export type FromWorker =
  | { readonly kind: "hello" }
  | {
      readonly kind: "serving";
      readonly address: AddressInfo;
      readonly migrations: number;
      readonly notices: readonly string[];
    }
  | { readonly kind: "log"; readonly lines: string }
  /** Somebody asks this worker for the figures of all. */
  | { readonly kind: "scrape" }
  /** What it has counted. */
  | { readonly kind: "figures"; readonly figures: Figures }
  | { readonly kind: "failed"; readonly failure: Failure };

/** An error, as it passes from process to process. */
export interface Failure {
  /** Null for a defect of ours, which has its stack alone. */
  readonly code: StartErrorCode | null;
  readonly message: string;
  readonly advice: string;
  readonly detail: readonly string[];
  readonly stack: string;
}

/** The start error (or the defect) that a worker met. */
export function fromFailure(failure: Failure): Error {
  const { advice, code, detail, message, stack } = failure;
  const error = code === null ? new Error(message) : new StartError(code, message, { advice, detail });
  error.stack = stack;
  return error;
}

/** Node calls with anything that came over the channel; ours have a kind, its own have not. */
export function isMessage(value: unknown): value is { readonly kind: string } {
  return typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string";
}
