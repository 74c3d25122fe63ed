/** Makes a master key in the browser: whoever asks for the rotation has the key before the gateway does, and cannot lose it. */

/** 32 random bytes, as `shin keys master --generate` makes them. @param random fills the bytes; a parameter for tests */
export function makeMasterKey(
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string {
  const bytes = random(new Uint8Array(32));
  return `sk-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
