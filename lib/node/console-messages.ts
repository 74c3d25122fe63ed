/** What the gateway and its console say to each other, over Node's own channel between parent and child. */
import type { AdmissionStore, RuleState } from "../admission/admission.ts";
import type { Config } from "../config/config.ts";
import type { Freeze } from "../incident/freeze-rules.ts";
import type { RingKey } from "../incident/master-key-ring.ts";
import type { LogOptions } from "../log.ts";
import type { Throttle, ThrottleVerdict } from "../throttle/throttle.ts";
import type { Workers } from "../workers.ts";
import type { BootOptions } from "./boot.ts";

/** The argument of server.ts that makes a process the console of the gateway that started it. */
export const CONSOLE_ARGUMENT = "--as-console";

/** What pages show as it is in force, told before the first request that is made under it. */
export interface GatewayState {
  /** config.yaml's, with the deployments that were made through the API. */
  readonly config: Config;
  readonly freezes: readonly Freeze[];
  readonly masterKeys: readonly RingKey[];
  /** Deployments that rest, each with the moment that it may be tried again. */
  readonly resting: readonly (readonly [deploymentId: string, untilMs: number])[];
  readonly workers: Workers | null;
}

/** What the gateway alone has in its memory, or does. */
export interface GatewayAnswers {
  flush(): Promise<void>;
  flushContents(): Promise<void>;
  writeMasterKeyUse(): Promise<void>;
  signIfWhole(): Promise<boolean>;
  take(...attempt: Parameters<Throttle["take"]>): Promise<ThrottleVerdict>;
  /** Without the rules, which whoever asks has. */
  look(...asked: LookArguments): Promise<readonly (Standing | null)[]>;
}

export type Standing = Omit<RuleState, "rule">;
export type LookArguments = Parameters<AdmissionStore["look"]>;

/** One of the questions, with its arguments. */
export type Question = {
  [Name in keyof GatewayAnswers]: { readonly name: Name; readonly given: Parameters<GatewayAnswers[Name]> };
}[keyof GatewayAnswers];

/** All that a console needs to serve; it reads neither configuration nor secrets by itself. */
export interface ConsoleOrders extends Pick<BootOptions, "database" | "encryptionKey"> {
  readonly kind: "orders";
  /** Path of the socket to listen on. */
  readonly socket: string;
  /** The gateway among those that share the database. */
  readonly origin: string;
  readonly look: Pick<LogOptions, "json" | "color">;
  readonly number: number;
  readonly state: GatewayState;
}

/** From the gateway to its console. */
export type ToConsole =
  | ConsoleOrders
  /** What changed since the state with the number before. */
  | { readonly kind: "state"; readonly number: number; readonly changed: Partial<GatewayState> }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "fault"; readonly id: number; readonly fault: Fault };

/** From the console to its gateway. */
export type FromConsole =
  | { readonly kind: "hello" }
  | { readonly kind: "serving" }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "log"; readonly lines: string }
  | { readonly kind: "question"; readonly id: number; readonly question: Question };

/** An error as it passes from process to process; its code tells who catches it what it is. */
export interface Fault {
  readonly message: string;
  readonly code: string | null;
}
