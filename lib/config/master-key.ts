/** Whether a master key is strong enough to guard the gateway. The key itself never appears in an answer. */

export const SHORTEST_MASTER_KEY = 20;

/** How to get a good one; ends every complaint. */
export const MAKE_MASTER_KEY = "make one: openssl rand -hex 32";

/**
 * Examples printed in guides, READMEs and templates: everybody can read them, so nobody may use them. Compared without
 * case and without a leading `sk-`; an entry also covers what merely continues or repeats it.
 */
const KNOWN_EXAMPLES = [
  "1234",
  "12345",
  "123456",
  "your-secure-key-here",
  "your-secure-master-key",
  "your-master-key",
  "your_master_key",
  "a1b2c3d4e5f67890abcdef1234567890",
  "hardcoded-key-123",
  "generated-key-abc123",
  "key-to-revoke",
  "compromised-key",
  "password",
  "litellm-master-key",
  "litellm",
  "master-key",
  "masterkey",
  "changeme",
  "change-me",
  "replace-me",
  "replace-with",
  "my-secret-key",
  "my-master-key",
  "secret-key",
  "test-key",
  "example",
  "xxxx",
  "<your",
  "ae9b45b0dd8f8d8ed1d6",
];

/** What is weak about a key, as the rest of a sentence that begins with "the master key"; null when it is strong. */
export function masterKeyWeakness(key: string): string | null {
  const body = key.toLowerCase().startsWith("sk-") ? key.slice(3) : key;
  const plain = body.toLowerCase();
  if (KNOWN_EXAMPLES.some((example) => plain.startsWith(example)))
    return "is an example from a guide that anybody can read";
  if (/[^\x21-\x7e]/.test(key)) return "has blanks or characters that an HTTP header cannot carry";
  if (key.length < SHORTEST_MASTER_KEY)
    return `has ${key.length} characters, at least ${SHORTEST_MASTER_KEY} are needed`;
  if (isRepetitive(plain)) return "repeats a few characters or a simple sequence";
  if (isRandomHex(plain) || characterClasses(body) >= 3) return null;
  return "is too plain — mix capitals, small letters, digits and signs, or take 32 or more random hex digits";
}

function characterClasses(text: string): number {
  return [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(text)).length;
}

// Random hex of 32 digits has fewer than 8 different ones only once in millions.
function isRandomHex(text: string): boolean {
  return /^[0-9a-f]{32,}$/.test(text) && new Set(text).size >= 8;
}

function isRepetitive(text: string): boolean {
  if (new Set(text).size < 8) return true;
  // A block that repeats: abcd1234abcd1234abcd1234.
  for (let length = 1; length <= text.length / 3; length += 1) {
    const block = text.slice(0, length);
    if (text === block.repeat(Math.ceil(text.length / length)).slice(0, text.length)) return true;
  }
  // Neighbours that only count up or down: abcdefghij..., 0123456789...
  let steps = 0;
  for (let index = 1; index < text.length; index += 1) {
    if (Math.abs(text.charCodeAt(index) - text.charCodeAt(index - 1)) === 1) steps += 1;
  }
  return steps >= (text.length - 1) * 0.8;
}
