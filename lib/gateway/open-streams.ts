/**
 * Streams on their way to their clients. An answer may take minutes, so whether its key still counts is asked again meanwhile:
 * one whose key was deleted, replaced or blocked ends with an error event, and what it had cost is booked.
 */
import type { Clock } from "../clock.ts";
import { type ErrorCode, type GatewayError, isGatewayError } from "../errors.ts";
import { type AuthenticationDeps, authenticate } from "./authenticate.ts";
import type { AuthenticatedContext } from "./context.ts";

/** Every other answer to the question (a database that is away, an expiry) lets go on what was admitted. */
const REVOKED: ReadonlySet<ErrorCode> = new Set(["invalid_key", "blocked_key", "processing_restricted"]);

interface OpenStream {
  readonly context: AuthenticatedContext;
  /** Whoever reads it is thrown the reason. */
  readonly abort: (reason: Error) => void;
}

export class OpenStreams {
  readonly #deps: AuthenticationDeps & { readonly clock: Clock };
  readonly #streams = new Set<OpenStream>();

  constructor(deps: AuthenticationDeps & { readonly clock: Clock }) {
    this.#deps = deps;
  }

  /** @returns to be called when it has ended */
  add(stream: OpenStream): () => void {
    this.#streams.add(stream);
    return () => this.#streams.delete(stream);
  }

  /** Ends those whose key counts no more. */
  async pass(): Promise<void> {
    for (const stream of [...this.#streams]) {
      const reason = await this.#revocation(stream.context);
      if (reason !== null) stream.abort(reason);
    }
  }

  async #revocation({ caller, ip, policy, request }: AuthenticatedContext): Promise<GatewayError | null> {
    if (caller.kind === "master") return null;
    try {
      await authenticate(request, policy.config, this.#deps, ip, this.#deps.clock.now());
      return null;
    } catch (error) {
      if (!isGatewayError(error)) throw error;
      return REVOKED.has(error.code) ? error : null;
    }
  }
}
