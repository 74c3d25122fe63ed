/** One attempt at a provider as its span will tell it: gathered while it runs, written when the call is over. */
import type { Deployment } from "#lib/config/config.ts";
import { Transcript } from "./content.ts";
import { finishReasonsIn } from "./finish-reasons.ts";

/** Of a JSON answer that is kept for its text. */
const MOST_BYTES = 64 * 1024;

/** What tells which model answered; known at the end of a stream only. */
export interface Answering {
  readonly responseModel: string | null;
}

export interface AttemptStart {
  readonly spanId: string;
  readonly deployment: Deployment;
  readonly startMs: number;
  /** Names and values in turn, for the provider. */
  readonly headers: readonly string[];
  readonly stream: boolean;
  readonly keepsContent: boolean;
}

export class AttemptTrace {
  readonly start: AttemptStart;
  /** Null while a stream runs. */
  endMs: number | null = null;
  firstChunkMs: number | null = null;
  /** What the provider answered with; 0 when it did not. */
  status = 0;
  errorType: string | null = null;
  answering: Answering | null = null;
  readonly finishReasons: string[] = [];
  /** A JSON answer. */
  body: Buffer | null = null;
  /** A stream's text. */
  readonly transcript: Transcript | null;

  constructor(start: AttemptStart) {
    this.start = start;
    this.transcript = start.keepsContent && start.stream ? new Transcript() : null;
  }

  /** Sees what the provider sends: a whole JSON answer, or each event of a stream. */
  readonly watch = (bytes: Buffer): void => {
    for (const reason of finishReasonsIn(bytes)) this.finishReasons.push(reason);
    if (this.transcript !== null) this.transcript.add(bytes);
    else if (this.start.keepsContent && bytes.length <= MOST_BYTES) this.body = bytes;
  };

  /** A good answer has begun; a stream goes on until the call ends. */
  answered(nowMs: number, isStream: boolean, answering: Answering): void {
    this.status = 200;
    this.answering = answering;
    if (isStream) this.firstChunkMs = nowMs;
    else this.endMs = nowMs;
  }

  /** @param errorType the provider's status or an error code of ours, never a text of the provider's */
  failed(nowMs: number, status: number, errorType: string): void {
    this.endMs = nowMs;
    this.status = status;
    this.errorType = errorType;
  }
}
