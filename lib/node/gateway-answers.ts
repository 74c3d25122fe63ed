/** What a console asks of the gateway that it belongs to: the gateway's side answers, the console's side asks. */
import type { GatewayDeps } from "../gateway/context.ts";
import type { Fault, FromConsole, GatewayAnswers, Question, ToConsole } from "./console-messages.ts";

/** The gateway's side. Never rejects: what goes wrong is the answer. */
export async function answerTo(deps: GatewayDeps, id: number, question: Question): Promise<ToConsole> {
  try {
    return { kind: "answer", id, value: await answer(deps, question) };
  } catch (error) {
    return { kind: "fault", id, fault: faultOf(error) };
  }
}

async function answer(deps: GatewayDeps, question: Question): Promise<unknown> {
  switch (question.name) {
    case "flush":
      return deps.ledger.flush();
    case "flushContents":
      return deps.contents.flush();
    case "writeMasterKeyUse":
      return deps.masterKeyUse.write();
    case "signIfWhole":
      return deps.auditSigner.signIfWhole();
    case "take":
      return deps.throttle.take(...question.given);
    case "look": {
      const states = await deps.admission.look(...question.given);
      return states.map((state) => state && { ...state, rule: undefined });
    }
  }
}

function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { message: String(error), code: null };
  return { message: error.message, code: "code" in error ? String(error.code) : null };
}

type Waiting = Pick<PromiseWithResolvers<unknown>, "resolve" | "reject">;

/** The console's side. */
export class GatewayQuestions {
  readonly #tell: (message: FromConsole) => void;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  /** @param tell sends a message to the gateway */
  constructor(tell: (message: FromConsole) => void) {
    this.#tell = tell;
  }

  /** Takes what the gateway answered. */
  heard(message: Extract<ToConsole, { kind: "answer" | "fault" }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === "answer") waiting?.resolve(message.value);
    else {
      const { code, message: text } = message.fault;
      waiting?.reject(Object.assign(new Error(text), code === null ? {} : { code }));
    }
  }

  /** Asks; the process ends with its gateway, so every question is answered or nobody waits any more. */
  ask<Name extends keyof GatewayAnswers>(
    question: Extract<Question, { name: Name }>,
  ): ReturnType<GatewayAnswers[Name]> {
    this.#last += 1;
    const id = this.#last;
    const { promise, reject, resolve } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { reject, resolve });
    this.#tell({ kind: "question", id, question });
    return promise as ReturnType<GatewayAnswers[Name]>;
  }
}
