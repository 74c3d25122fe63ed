/** What the console calls the types, steps and ends of privacy requests. */
import type { RequestStep, RequestType } from "#lib/privacy/requests/names.ts";

export const TYPE_WORDS: Readonly<Record<RequestType, { readonly name: string; readonly what: string }>> = {
  access: { name: "Access", what: "They want to know what is held about them (Art. 15)." },
  portability: { name: "Portability", what: "They want their data in a form to take along (Art. 20)." },
  erasure: { name: "Erasure", what: "They want their data gone (Art. 17)." },
  restriction: {
    name: "Restriction",
    what: "They want it kept and not used (Art. 18): new calls are refused.",
  },
  rectification: { name: "Rectification", what: "Something held about them is wrong (Art. 16)." },
};

export const STEP_WORDS: Readonly<Record<RequestStep, string>> = {
  identify: "Identify",
  locate: "Locate",
  decide: "Decide",
  approve: "Approve",
  run: "Run",
  done: "Certificate",
  closed: "Closed",
};

export const OUTCOME_WORDS: Readonly<Record<string, string>> = {
  fulfilled: "Fulfilled",
  refused: "Refused",
  withdrawn: "Withdrawn",
  no_data_held: "No data held",
  not_identified: "Not identified",
  duplicate: "Duplicate",
};

export function typeName(type: string): string {
  return Object.hasOwn(TYPE_WORDS, type) ? TYPE_WORDS[type as RequestType].name : type;
}

export function stepName(step: string): string {
  return Object.hasOwn(STEP_WORDS, step) ? STEP_WORDS[step as RequestStep] : step;
}

export const HOLD_WORDS = {
  hold: {
    name: "Legal hold",
    what: "Nothing of the person is erased or purged by age. An erasure is refused and says that a hold runs.",
  },
  restriction: {
    name: "Restriction of processing",
    what: "New calls for the person are refused. What is held stays, and may still be erased.",
  },
} as const;
