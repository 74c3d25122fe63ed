/** What of the typed text may leave the browser: of a secret its hash alone. */
import { sha256 } from "./sha256.ts";

/** A virtual key, alone or as it stands in a header, an .env file or quotes. */
const SECRET = /(?:^|[\s"'=:])(sk-\S{17,}?)["',;]?\s*$/;

export interface Asked {
  readonly text: string;
  /** The text is the hash of a secret that was typed. */
  readonly secret: boolean;
}

export function askedText(typed: string): Asked {
  const secret = SECRET.exec(typed)?.[1];
  return secret === undefined
    ? { text: typed.trim(), secret: false }
    : { text: sha256(secret), secret: true };
}
