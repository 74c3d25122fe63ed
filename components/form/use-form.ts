"use client";
/** A form's values and errors: the gateway's own zod schema checks them here first, and its answer names the field at fault. */
import { useRef, useState } from "react";
import type { z } from "zod";
import { fieldSentence } from "#lib/field-sentences.ts";
import { type ApiFailure, useApi } from "../shell/api.tsx";

export type Values = Readonly<Record<string, string>>;

export interface Form {
  readonly values: Values;
  readonly errors: Readonly<Record<string, string>>;
  /** An error that belongs to no field. */
  readonly failure: string | null;
  /** The gateway's last refusal, with all that it says. */
  readonly refusal: ApiFailure | null;
  readonly busy: boolean;
  readonly dirty: boolean;
  readonly set: (name: string, value: string) => void;
  /** The control's props. */
  readonly bind: (name: string) => {
    value: string;
    name: string;
    onChange: (event: { target: { value: string } }) => void;
  };
  /** Sends the body; null when the schema or the gateway refused it, which the form then shows. */
  readonly send: (
    path: string,
    body: Record<string, unknown>,
    schema?: BodySchema,
  ) => Promise<Record<string, unknown> | null>;
  readonly reset: () => void;
  /** Shows a complaint of one's own under a field. */
  readonly refuse: (name: string, message: string) => void;
}

/** The schema of the body, or what fetches it: one that comes late weighs on no page. */
export type BodySchema = z.ZodType | (() => Promise<z.ZodType>);

/** @param fieldOf the form's name for a field of the body, where they differ */
export function useForm(initial: Values, fieldOf: Readonly<Record<string, string>> = {}): Form {
  const api = useApi();
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<ApiFailure | null>(null);
  const [busy, setBusy] = useState(false);
  // The second press of a double click comes before anything is drawn: state alone would let it through.
  const sending = useRef(false);
  const set = (name: string, value: string) => {
    setValues((before) => ({ ...before, [name]: value }));
    setErrors(({ [name]: _gone, ...others }) => others);
  };
  const place = (param: string | null, message: string) => {
    const name = param === null ? null : (fieldOf[param] ?? param);
    if (name !== null && name in initial) setErrors({ [name]: sentence(message, param) });
    else setFailure(message);
  };
  /** Null when the schema refused it. */
  const checkAndSend = async (path: string, body: Record<string, unknown>, schema?: BodySchema) => {
    const checked = (await found(schema))?.safeParse(body, { error: fieldSentence });
    if (checked?.success !== false) return api("POST", path, body);
    const [issue] = checked.error.issues;
    place(String(issue?.path[0] ?? ""), issue?.message ?? "is not valid");
    return null;
  };
  return {
    values,
    errors,
    failure,
    refusal,
    busy,
    refuse: place,
    dirty: Object.keys(initial).some((name) => values[name] !== initial[name]),
    set,
    bind: (name) => ({ name, value: values[name] ?? "", onChange: (event) => set(name, event.target.value) }),
    reset: () => {
      setValues(initial);
      setErrors({});
      setFailure(null);
    },
    async send(path, body, schema) {
      if (sending.current) return null;
      sending.current = true;
      setBusy(true);
      setFailure(null);
      const answer = await checkAndSend(path, body, schema).finally(() => {
        sending.current = false;
        setBusy(false);
      });
      if (answer === null) return null;
      setRefusal(answer.ok ? null : answer);
      if (answer.ok) return answer.data;
      const quote = answer.requestId === null || answer.status < 500 ? "" : ` (request ${answer.requestId})`;
      if (answer.signedOut)
        setFailure("Your session is over, so nothing was sent. Send again to sign in; nothing here is lost.");
      else place(answer.param, `${answer.message}${quote}`);
      return null;
    },
  };
}

/** Without the schema the gateway alone checks the body, or says that it cannot be reached. */
async function found(schema: BodySchema | undefined): Promise<z.ZodType | undefined> {
  try {
    return typeof schema === "function" ? await schema() : schema;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

/** `rpm_limit must be a whole number` under the field itself reads `Must be a whole number`. */
function sentence(message: string, param: string | null): string {
  const plain = param !== null && message.startsWith(`${param} `) ? message.slice(param.length + 1) : message;
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
