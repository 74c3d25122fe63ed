/** Turns what was thrown while starting into a StartError, where it is a fault that a person can do something about. */
import { findPortHolder } from "./port-holder.ts";
import { isStartError, messageOf, StartError, systemErrorCode } from "./start-error.ts";

export interface StartContext {
  readonly host: string;
  readonly port: number;
}

/** The StartError for `error`; null for a defect of ours, which deserves its stack. */
export async function explainStartFailure(
  error: unknown,
  { host, port }: StartContext,
): Promise<StartError | null> {
  if (isStartError(error)) return error;
  const name = error instanceof Error ? error.name : "";
  // By name: the classes live in db/, which is loaded twice beside Next.
  if (name === "DatabaseNewerError" || name === "DatabaseTooOldError")
    return fromSentences("database_version", error);
  switch (systemErrorCode(error)) {
    case "EADDRINUSE": {
      const holder = await findPortHolder(port);
      const by = holder === null ? "another program" : `${holder.name} (pid ${holder.pid})`;
      const other = port < 65_535 ? port + 1 : port - 1;
      return new StartError("port_in_use", `port ${port} is in use by ${by}`, {
        advice: `Use another: npm start -- --port ${other}`,
        cause: error,
      });
    }
    case "EACCES":
      if (port >= 1024) return null;
      return new StartError("port_in_use", `port ${port} is reserved for root on this machine`, {
        advice: "Use a port from 1024 on, with a reverse proxy in front: npm start -- --port 4000",
        cause: error,
      });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new StartError("port_in_use", `this machine has no address ${host} to listen on`, {
        advice: "Use --host 127.0.0.1 for this machine only, or --host 0.0.0.0 for all its addresses.",
        cause: error,
      });
    default:
      return null;
  }
}

/** Splits "what is wrong. What to do." into the two parts. */
function fromSentences(code: "database_version", error: unknown): StartError {
  const [what = "", ...rest] = messageOf(error).split(/(?<=[^.]\.)\s+/);
  return new StartError(code, what.replace(/\.$/, ""), { advice: rest.join(" "), cause: error });
}
