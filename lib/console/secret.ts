/** The secret that sessions and second factors are sealed with. */
import type { Config } from "#lib/config/config.ts";

/** @param encryptionKey the gateway's own, which every start has */
export function consoleSecret(config: Pick<Config, "console">, encryptionKey: string): string {
  return config.console.secret ?? encryptionKey;
}
