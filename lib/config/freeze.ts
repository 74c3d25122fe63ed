/** Freezes a configuration all the way down: it is shared by everything that runs. */

/** Freezes plain objects and arrays in place and returns the value. */
export function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member);
  return value;
}
