/** The refusal of a body that is not JSON, with the hint that most people need. */
import { GatewayError } from "../errors.ts";

const COMMENT = /(^|[\s,{])(#|\/\/)/;
/** Far enough in for a comment that somebody typed; a large body is not searched whole. */
const SEARCHED_BYTES = 64 * 1024;

/** @param fault what the parser threw @param bytes the body */
export function invalidJson(fault: unknown, bytes: Buffer): GatewayError {
  const reason = fault instanceof Error ? fault.message : String(fault);
  const comment = COMMENT.test(bytes.toString("utf8", 0, SEARCHED_BYTES))
    ? " JSON has no comments: take out what follows # or //."
    : "";
  return new GatewayError("invalid_request", `The request body is not valid JSON: ${reason}.${comment}`, {
    cause: fault,
  });
}
