/**
 * Keeps calls to addresses that came through the API out of the gateway's own network: the host is checked as it is written,
 * and every address it resolves to is checked when a connection is made, so that a name which changes its mind gains nothing.
 */
import { type LookupAddress, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { reachOfAddress, reachOfHost, refusalOf } from "../address-guard.ts";

export interface AddressRule {
  /** This machine and private networks are fine; link-local and metadata addresses never are. */
  readonly allowInternal: boolean;
}

/** All addresses of a name. */
export type ResolveHost = (
  hostname: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** What the machine's own resolver says, /etc/hosts included. */
export const systemResolver: ResolveHost = (hostname, done) =>
  lookup(hostname, { all: true }, (error, addresses) => done(error, addresses ?? []));

const CODE = "ERR_ADDRESS_REFUSED";

/** True for the refusal of this guard. */
export function isAddressRefused(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === CODE;
}

/** Checks a URL's host as it is written. @throws the refusal */
export function requireReachable(hostname: string, rule: AddressRule): void {
  const refusal = refusalOf(reachOfHost(hostname), rule.allowInternal);
  if (refusal !== null) throw refused(`${hostname} ${refusal}`);
}

/** A lookup for `net.connect` that gives no address out when any of them is refused. */
export function guardedLookup(resolve: ResolveHost, rule: AddressRule): LookupFunction {
  return (hostname, options, callback) =>
    resolve(hostname, (error, found) => {
      if (error) return callback(error, []);
      for (const { address } of found) {
        const refusal = refusalOf(reachOfAddress(address), rule.allowInternal);
        if (refusal !== null)
          return callback(refused(`${hostname} leads to ${address}, which ${refusal}`), []);
      }
      const family = options.family === 4 || options.family === 6 ? options.family : 0;
      const fit = found.filter((one) => family === 0 || one.family === family);
      const [first] = fit;
      if (!first)
        return callback(Object.assign(new Error(`${hostname} has no address`), { code: "ENOTFOUND" }), []);
      if (options.all === true) callback(null, [...fit]);
      else callback(null, first.address, first.family);
    });
}

function refused(message: string): Error {
  return Object.assign(new Error(message), { code: CODE });
}
