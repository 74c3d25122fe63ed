/** What becomes of a log line that is about a person. */
import type { LineChange } from "./log-files.ts";
import type { Names } from "./names.ts";
import type { Identity } from "./subject.ts";

/** Members of a line that say something of who called. */
const PERSONAL = /"(ip|key_alias|client_request_id|internal)":"[^"]*"/g;
const OF_A_KEY = /"key_id":"(key_[0-9A-Z]+)"/;

interface Whose {
  readonly identity: Identity;
  readonly names: Names;
  /** Addresses of theirs: lines of nobody in particular that came from there are theirs, too. */
  readonly ips: readonly string[];
  readonly pseudonym: string;
}

/** Puts the pseudonym in the person's place, and empties what else is personal in lines of theirs. */
export function lineChange({ identity, ips, names, pseudonym }: Whose): LineChange {
  const { ids, keyIds, subject } = identity;
  const members = (subject.kind === "user" ? ["user"] : ["end_user"]).flatMap((name) =>
    ids.map((id) => `"${name}":${JSON.stringify(id)}`),
  );
  const keys = new Set(keyIds);
  const addresses = ips.map((ip) => `"ip":"${ip}"`);
  return (line) => {
    let next = line.replace(names.expression, pseudonym);
    for (const member of members)
      if (next.includes(member))
        next = next.replace(member, `${member.slice(0, member.indexOf(":"))}:"${pseudonym}"`);
    const key = OF_A_KEY.exec(line)?.[1];
    const theirs =
      next !== line ||
      (key === undefined ? addresses.some((address) => line.includes(address)) : keys.has(key));
    return theirs ? next.replace(PERSONAL, '"$1":""') : next;
  };
}
