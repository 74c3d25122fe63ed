/** Redis or Valkey over TCP, one server (`redis://`, `rediss://`) or a cluster. What is sent in one turn travels together. */
import { createClient, createCluster } from "redis";
import type { Script } from "./lua/script.ts";
import { runScript, type ScriptCommands, type Transport } from "./transport.ts";

export interface RedisTcpOptions {
  /** One URL for a server, several for nodes of a cluster. */
  readonly urls: readonly string[];
  /** Hears why a connection failed; it is made again by itself. */
  readonly onError: (error: Error) => void;
}

interface Client {
  readonly commands: ScriptCommands;
  destroy(): void;
  close(): Promise<unknown>;
}

/** What a single connection may hold back while its server is slow, before further calls fail at once. */
const QUEUE_COMMANDS = 20_000;
const RECONNECT_MS = 250;
const CONNECT_TIMEOUT_MS = 2_000;
const CLOSE_MS = 1_000;

const settings = {
  // A call that finds no connection fails at once: waiting is the breaker's business.
  disableOfflineQueue: true,
  commandsQueueMaxLength: QUEUE_COMMANDS,
  disableClientInfo: true,
  maintNotifications: "disabled",
  socket: { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: RECONNECT_MS },
} as const;

export class RedisTcp implements Transport {
  readonly #options: RedisTcpOptions;
  #client: Client;

  constructor(options: RedisTcpOptions) {
    this.#options = options;
    this.#client = open(options);
  }

  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<string> {
    return runScript(this.#client.commands, script, keys, args);
  }

  reconnect(): void {
    this.#client.destroy();
    this.#client = open(this.#options);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

function open({ onError, urls }: RedisTcpOptions): Client {
  const [url] = urls;
  if (url === undefined) throw new RangeError("a Redis transport needs a URL");
  const client =
    urls.length === 1
      ? createClient({ ...settings, url })
      : createCluster({ defaults: settings, rootNodes: urls.map((node) => ({ url: node })) });
  client.on("error", onError);
  const connected = client.connect().then(
    () => undefined,
    // Ended before it was connected.
    (error: unknown) => onError(error instanceof Error ? error : new Error(String(error))),
  );
  return {
    commands: {
      evalSha: (sha, keys, args) => client.evalSha(sha, { keys, arguments: args }),
      eval: (text, keys, args) => client.eval(text, { keys, arguments: args }),
    },
    destroy: () => client.destroy(),
    close: async () => {
      if (!client.isReady) client.destroy();
      else await drain(client, onError);
      await connected;
    },
  };
}

/** Closes when everything under way is answered, but does not wait for a server that has gone silent. */
function drain(
  client: { close(): Promise<unknown>; destroy(): void },
  onError: (error: Error) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      client.destroy();
      resolve();
    }, CLOSE_MS);
    client
      .close()
      .catch(onError)
      .finally(() => {
        clearTimeout(late);
        resolve();
      });
  });
}
